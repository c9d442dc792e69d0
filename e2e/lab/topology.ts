import { execFileSync } from 'node:child_process';
import { COMMAND_ENV } from './requirements';

/** Where commands can be run: a network namespace. */
interface Place {
  readonly namespace: string;
}

/** One computer of the lab, with one network card, `e0`. */
export interface Host extends Place {
  readonly address: string;
  /** The switch's end of its cable. */
  readonly port: Port;
}

/** One of the switch's network cards. */
export interface Port extends Place {
  readonly device: string;
}

/** What passed the teacher's cable. */
export interface Traffic {
  /** UDP to multicast groups, sent: bytes with IP headers. */
  readonly multicast: number;
  /** TCP, both ways: bytes with IP headers. */
  readonly control: number;
  /** Everything sent: bytes with Ethernet headers. */
  readonly sent: number;
}

export const CARD = 'e0';
const BRIDGE_FIREWALL = '/proc/sys/net/bridge/bridge-nf-call-iptables';
const NAME_PREFIX = 'tutti';
/** With these on, datagrams and segments would travel, and be lost, in lumps of 64 KB. */
const SEGMENTATION_OFFLOADS = ['tx-udp-segmentation', 'gso', 'tso'];
/** Centiseconds: the switch learns who listens, and starts to prune, within a second instead of ten. */
const QUERY_INTERVAL = 50;

/**
 * A teacher and its students behind one switch: real kernel multicast with IGMP snooping, nothing of which can leave the
 * namespaces. Every host has an address of 10.77.0.0/24, the teacher 10.77.0.1.
 */
export class Lab {
  readonly teacher: Host;
  readonly students: readonly Host[];
  readonly #switch: string;
  readonly #close = () => this.close();
  #isOpen = true;

  private constructor(students: number) {
    const base = `${NAME_PREFIX}-${process.pid}`;
    this.#switch = `${base}-b`;
    const port = (number: number) => ({ namespace: this.#switch, device: `port${number}` });
    this.teacher = { namespace: `${base}-t`, address: '10.77.0.1', port: port(0) };
    this.students = Array.from({ length: students }, (_, i) => ({
      namespace: `${base}-s${i + 1}`,
      address: `10.77.0.${i + 11}`,
      port: port(i + 1),
    }));
    process.once('exit', this.#close);
  }

  /** Builds the lab. One at a time in a process. */
  static open(students: number): Lab {
    removeAbandonedLabs();
    const lab = new Lab(students);
    try {
      lab.#build();
    } catch (error) {
      lab.close();
      throw error;
    }
    return lab;
  }

  /** The host of student 1, 2, … */
  student(number: number): Host {
    const host = this.students[number - 1];
    if (host === undefined) throw new Error(`The lab has ${this.students.length} students, not ${number}.`);
    return host;
  }

  /** Limits what the teacher's card sends, as a slower network would. */
  limitBandwidth(megabitsPerSecond: number): void {
    limit({ namespace: this.teacher.namespace, device: CARD }, megabitsPerSecond);
  }

  /** Limits what the switch sends to student 1, 2, …: what is too much waits in its queue, and is dropped where that is full. */
  limitPort(student: number, megabitsPerSecond: number): void {
    const { port } = this.student(student);
    loadRules(port, ownershipRules(port));
    limit(port, megabitsPerSecond);
  }

  /** Pulls or plugs a host's cable. */
  setLink(host: Host, state: 'up' | 'down'): void {
    run('ip', ['-n', host.namespace, 'link', 'set', CARD, state]);
  }

  /** What has passed the teacher's card since the lab was built. */
  traffic(): Traffic {
    const { port } = this.teacher;
    const counters = parseCounters(runInside(port, 'nft', ['-j', 'list', 'counters', 'table', 'netdev', 'traffic']));
    const sent = runInside(this.teacher, 'cat', [`/sys/class/net/${CARD}/statistics/tx_bytes`]);
    return { multicast: counters.multicast ?? 0, control: counters.control ?? 0, sent: Number(sent) };
  }

  /** Removes the namespaces; once is enough. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.removeListener('exit', this.#close);
    for (const namespace of [this.#switch, this.teacher.namespace, ...this.students.map((host) => host.namespace)]) {
      removeNamespace(namespace);
    }
  }

  #build(): void {
    this.#buildSwitch();
    for (const host of [this.teacher, ...this.students]) plugIn(host);
    loadRules(this.teacher.port, trafficRules(this.teacher, this.students));
  }

  #buildSwitch(): void {
    addNamespace(this.#switch);
    // IGMP version 3: hosts of version 2 keep quiet when they hear another's report, which a switch floods while it starts.
    const snooping = `mcast_snooping 1 mcast_igmp_version 3 mcast_query_response_interval ${QUERY_INTERVAL}`;
    batch(this.#switch, [
      `link add br0 type bridge forward_delay 0 ${snooping}`,
      // A command of its own: the kernel would start the querier with the interval as it was before.
      'link set br0 type bridge mcast_querier 1',
      'link set br0 up',
    ]);
    // No switch has a firewall look at each frame for each of its ports; a Linux bridge may.
    runInside({ namespace: this.#switch }, 'sh', ['-c', `[ ! -e ${BRIDGE_FIREWALL} ] || echo 0 > ${BRIDGE_FIREWALL}`]);
  }
}

function plugIn(host: Host): void {
  const { namespace, device } = host.port;
  addNamespace(host.namespace);
  batch(namespace, [
    `link add ${device} type veth peer name ${CARD} netns ${host.namespace}`,
    `link set ${device} master br0 up`,
  ]);
  batch(host.namespace, [
    `addr add ${host.address}/24 broadcast 10.77.0.255 dev ${CARD}`,
    `link set ${CARD} up`,
    'link set lo up',
  ]);
  // As real cards do, a host's gathers what it receives (GRO); a veth pair does so only where the sending end does not segment.
  setOffloads({ namespace: host.namespace, device: CARD }, { off: SEGMENTATION_OFFLOADS, on: ['gro'] });
  setOffloads(host.port, { off: ['tso'] });
}

function setOffloads({ namespace, device }: Port, { off, on = [] }: { off: string[]; on?: string[] }): void {
  const settings = [...off.map((feature) => [feature, 'off']), ...on.map((feature) => [feature, 'on'])];
  runInside({ namespace }, 'ethtool', ['-K', device, ...settings.flat()]);
}

/** Counts at the switch, where packets are single: the teacher's own system has them in lumps, of which it counts one header. */
function trafficRules(teacher: Host, students: readonly Host[]): string {
  const others = students.map(({ port }) => port.device).join(', ');
  return `
table netdev traffic {
  counter multicast {}
  counter control {}
  chain sent {
    type filter hook ingress device ${teacher.port.device} priority 0;
    ip daddr 224.0.0.0/4 meta l4proto udp counter name multicast
    meta l4proto tcp counter name control
  }
  chain received {
    type filter hook ingress devices = { ${others} } priority 0;
    ip daddr ${teacher.address} meta l4proto tcp counter name control
  }
}`;
}

/**
 * What has left a computer is off its hands. Over a veth pair it would stay its sender's while it waits at the port: UDP would block
 * instead of being dropped there, and TCP would hold back (TSQ). A copy belongs to nobody; the mark keeps it from being copied again.
 */
function ownershipRules({ device }: Port): string {
  const table = `table netdev ownership-${device}`;
  return `
${table} {}
delete ${table}
${table} {
  chain to-host {
    type filter hook egress device ${device} priority -1;
    meta mark 1 accept
    meta mark set 1 dup to "${device}" drop
  }
}`;
}

/** The command that runs another in a namespace, as the same process: what kills the one kills the other. */
export function inside(place: Place, command: string, args: readonly string[]): [command: string, args: string[]] {
  return ['ip', ['netns', 'exec', place.namespace, command, ...args]];
}

/** Runs a command in a namespace and gives its output. */
export function runInside(place: Place, command: string, args: readonly string[]): string {
  return run(...inside(place, command, args));
}

/** Loads nftables rules in a namespace. */
export function loadRules(place: Place, rules: string): void {
  run(...inside(place, 'nft', ['-f', '-']), rules);
}

/** Runs a system command and gives its output. @throws Error with what it said where it failed. */
export function run(command: string, args: readonly string[], input = ''): string {
  return execFileSync(command, args, { env: COMMAND_ENV, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}

function limit({ namespace, device }: Port, megabitsPerSecond: number): void {
  const shape = ['tbf', 'rate', `${megabitsPerSecond}mbit`, 'burst', '256kb', 'latency', '50ms'];
  run('tc', ['-n', namespace, 'qdisc', 'replace', 'dev', device, 'root', ...shape]);
}

function batch(namespace: string, commands: readonly string[]): void {
  run('ip', ['-n', namespace, '-batch', '-'], `${commands.join('\n')}\n`);
}

function addNamespace(namespace: string): void {
  run('ip', ['netns', 'add', namespace]);
}

function removeNamespace(namespace: string): void {
  if (namespaces().includes(namespace)) run('ip', ['netns', 'del', namespace]);
}

function namespaces(): string[] {
  const list = run('ip', ['netns', 'list']).split('\n');
  return list.map((line) => line.split(' ')[0] ?? '').filter((name) => name !== '');
}

/** Removes what a process that was killed could not remove itself. */
function removeAbandonedLabs(): void {
  for (const namespace of namespaces()) {
    const owner = new RegExp(`^${NAME_PREFIX}-(\\d+)-`).exec(namespace)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) removeNamespace(namespace);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function parseCounters(json: string): Record<string, number> {
  const { nftables } = JSON.parse(json) as { nftables: { counter?: { name: string; bytes: number } }[] };
  return Object.fromEntries(nftables.flatMap(({ counter }) => (counter ? [[counter.name, counter.bytes]] : [])));
}
