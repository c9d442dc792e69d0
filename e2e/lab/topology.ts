import { execFileSync } from 'node:child_process';
import { COMMAND_ENV } from './requirements';

/** One computer of the lab: a network namespace with one network card, `e0`. */
export interface Host {
  readonly namespace: string;
  readonly address: string;
}

/** Bytes (IP headers included) that passed the teacher's network card. */
export interface Traffic {
  /** UDP to multicast groups, sent. */
  readonly multicast: number;
  /** TCP, both ways. */
  readonly control: number;
  /** Everything sent. */
  readonly sent: number;
}

export const CARD = 'e0';
const NAME_PREFIX = 'tutti';
const OFFLOADS = ['tx-udp-segmentation', 'gso', 'tso', 'gro'];
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
    this.teacher = { namespace: `${base}-t`, address: '10.77.0.1' };
    this.students = Array.from({ length: students }, (_, i) => ({
      namespace: `${base}-s${i + 1}`,
      address: `10.77.0.${i + 11}`,
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
    limit(this.teacher.namespace, CARD, megabitsPerSecond);
  }

  /** Limits what the switch sends to student 1, 2, …: what is too much waits in its queue, and is dropped where that is full. */
  limitPort(student: number, megabitsPerSecond: number): void {
    limit(this.#switch, `port${student}`, megabitsPerSecond);
  }

  /** Pulls or plugs a host's cable. */
  setLink(host: Host, state: 'up' | 'down'): void {
    run('ip', ['-n', host.namespace, 'link', 'set', CARD, state]);
  }

  /** What has passed the teacher's card since the lab was built. */
  traffic(): Traffic {
    const counters = parseCounters(
      runInside(this.teacher, 'nft', ['-j', 'list', 'counters', 'table', 'inet', 'traffic']),
    );
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
    this.#plugIn(this.teacher, 'port0');
    this.students.forEach((host, i) => {
      this.#plugIn(host, `port${i + 1}`);
    });
    loadRules(this.teacher, TRAFFIC_RULES);
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
  }

  #plugIn(host: Host, port: string): void {
    addNamespace(host.namespace);
    batch(this.#switch, [
      `link add ${port} type veth peer name ${CARD} netns ${host.namespace}`,
      `link set ${port} master br0 up`,
    ]);
    batch(host.namespace, [
      `addr add ${host.address}/24 broadcast 10.77.0.255 dev ${CARD}`,
      `link set ${CARD} up`,
      'link set lo up',
    ]);
    // Otherwise datagrams travel, and are lost, in lumps of 64 KB.
    runInside(host, 'ethtool', ['-K', CARD, ...OFFLOADS.flatMap((feature) => [feature, 'off'])]);
  }
}

const TRAFFIC_RULES = `
table inet traffic {
  counter multicast {}
  counter control {}
  chain sent {
    type filter hook output priority 0;
    ip daddr 224.0.0.0/4 meta l4proto udp counter name multicast
    oifname ${CARD} meta l4proto tcp counter name control
  }
  chain received {
    type filter hook input priority 0;
    iifname ${CARD} meta l4proto tcp counter name control
  }
}`;

/** The command that runs another on a host, as the same process: what kills the one kills the other. */
export function inside(host: Host, command: string, args: readonly string[]): [command: string, args: string[]] {
  return ['ip', ['netns', 'exec', host.namespace, command, ...args]];
}

/** Runs a command on a host and gives its output. */
export function runInside(host: Host, command: string, args: readonly string[]): string {
  return run(...inside(host, command, args));
}

/** Loads nftables rules on a host. */
export function loadRules(host: Host, rules: string): void {
  run(...inside(host, 'nft', ['-f', '-']), rules);
}

/** Runs a system command and gives its output. @throws Error with what it said where it failed. */
export function run(command: string, args: readonly string[], input = ''): string {
  return execFileSync(command, args, { env: COMMAND_ENV, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}

function limit(namespace: string, device: string, megabitsPerSecond: number): void {
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
