import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeviceClientEvent, DeviceServerEvent } from '../../src-shared/ipc/device-events';
import { makeFile } from '../lab/files';
import { CliProcess } from '../lab/processes';
import { CARD, type Host, Lab, loadRules, runInside } from '../lab/topology';
import { ForeignProgram } from './foreign-program';
import type { Peer } from './peers';

export type DeviceServer = CliProcess<DeviceServerEvent>;
export type DeviceClient = CliProcess<DeviceClientEvent>;

export const PORT = 6969;
/** Of the tests' own, so that nothing else is counted. */
const GROUPS = '239.255.77.0/24';

/** What went over the server's card. */
export interface Packets {
  /** UDP to groups. */
  readonly multicast: number;
  /** Their UDP payloads, in bytes. */
  readonly multicastBytes: number;
  /** UDP to one device. */
  readonly unicast: number;
}

/** A client under way. */
export interface Fetching {
  readonly program: ForeignProgram;
  /** Where the file will be. */
  readonly path: string;
}

/** A server and devices behind one switch (lab/topology.ts), their folders and programs. `close` ends and removes all of it. */
export class DevicesLab {
  readonly #lab: Lab;
  readonly directory = mkdtempSync(join(tmpdir(), 'tutti-interop-'));
  readonly #programs: ForeignProgram[] = [];
  readonly #commands: CliProcess<DeviceServerEvent | DeviceClientEvent>[] = [];
  #fetched = 0;

  constructor(devices: number) {
    this.#lab = Lab.open(devices);
    mkdirSync(this.root);
    for (const host of [this.server, ...this.#lab.students]) {
      // Clients join by the route to the group: nobody tells atftp which interface to take.
      runInside(host, 'ip', ['route', 'add', '224.0.0.0/4', 'dev', CARD]);
    }
    loadRules(this.server, PACKET_RULES);
  }

  /** The host that serves. */
  get server(): Host {
    return this.#lab.teacher;
  }

  /** The folder that is served. Anybody may read it, as atftpd does not run as root. */
  get root(): string {
    return join(this.directory, 'root');
  }

  /** The host of device 1, 2, … */
  device(number: number): Host {
    return this.#lab.student(number);
  }

  /** Puts a file of random bytes into the folder that is served, and gives its path. */
  file(name: string, size: number): string {
    return makeFile(this.root, name, size);
  }

  /** Starts `tutti tftp serve`. Ready when it listens. */
  async serve(options: readonly string[] = []): Promise<DeviceServer> {
    const { address } = this.server;
    const place = [
      '--root',
      this.root,
      '--listen',
      `${address}:${PORT}`,
      '--interface',
      address,
      '--groups',
      '239.255.77.1-239.255.77.8',
    ];
    const server: DeviceServer = CliProcess.start('server', this.server, ['tftp', 'serve', ...place, ...options]);
    this.#commands.push(server);
    await server.waitFor('listening');
    return server;
  }

  /** Starts a program that is a server itself. */
  start(command: string, args: readonly string[]): ForeignProgram {
    return this.#program(this.server, command, args);
  }

  /** Starts any program on device 1, 2, … */
  run(device: number, command: string, args: readonly string[]): ForeignProgram {
    return this.#program(this.device(device), command, args);
  }

  /** Lets device 1, 2, … fetch a file of the server. */
  fetch(device: number, peer: Peer, file: string, port = PORT): Fetching {
    const path = join(this.directory, `${++this.#fetched}-from-${device}`);
    const { address: host } = this.server;
    const [command, args] = peer({ host, port, file, to: path });
    return { program: this.run(device, command, args), path };
  }

  /** Starts `tutti tftp get` on device 1, 2, … */
  get(
    device: number,
    file: string,
    options: readonly string[] = [],
    port = PORT,
  ): DeviceClient & { readonly path: string } {
    const path = join(this.directory, `${++this.#fetched}-by-${device}`);
    const host = this.device(device);
    const args = [`${this.server.address}:${port}`, file, '--interface', host.address, '--out', path, ...options];
    const client: DeviceClient = CliProcess.start(`device-${device}`, host, ['tftp', 'get', ...args]);
    this.#commands.push(client);
    return Object.assign(client, { path });
  }

  /** Limits what the server's card sends, as a slower network would. */
  limitBandwidth(megabitsPerSecond: number): void {
    this.#lab.limitBandwidth(megabitsPerSecond);
  }

  /**
   * Loses a share of all packets on their way to and from a device, each on its own: 0.05 is 5 %. Resolution 0.1 %.
   * @param keptAck the block whose ACK is not lost
   */
  lose(device: number, share: number, keptAck?: number): void {
    const drop = `numgen random mod 1000 < ${Math.round(share * 1000)} drop`;
    const lost = keptAck === undefined ? '' : `@th,64,32 != ${ACK * 0x1_0000 + keptAck}`;
    this.#disturb(device, `meta l4proto udp ${drop}`, `meta l4proto udp ${lost} ${drop}`);
  }

  /** A line to a device that takes so many packets a second, and loses the rest. */
  narrow(device: number, packetsPerSecond: number): void {
    this.#disturb(device, `meta l4proto udp limit rate over ${packetsPerSecond}/second burst 20 packets drop`, '');
  }

  /** Takes a device's network away, though its link stays up. */
  cutOff(device: number): void {
    this.#disturb(device, 'drop', 'drop');
  }

  /** Requests of a device leave without a source port, which RFC 768 allows. */
  hideSourcePort(device: number): void {
    loadRules(this.device(device), NO_SOURCE_PORT);
  }

  /** What the server has sent so far. */
  packets(): Packets {
    const json = runInside(this.server, 'nft', ['-j', 'list', 'counters', 'table', 'inet', 'tftp']);
    const { nftables } = JSON.parse(json) as {
      nftables: { counter?: { name: string; packets: number; bytes: number } }[];
    };
    const counter = (name: string) => nftables.find((entry) => entry.counter?.name === name)?.counter;
    const { packets: multicast = 0, bytes = 0 } = counter('multicast') ?? {};
    return { multicast, multicastBytes: bytes - multicast * HEADER_BYTES, unicast: counter('unicast')?.packets ?? 0 };
  }

  /** Waits until the groups have got more packets than that. */
  async groupHasGot(packets: number): Promise<void> {
    for (const deadline = performance.now() + 30_000; this.packets().multicast <= packets; await sleep(20))
      if (performance.now() > deadline)
        throw new Error(`The groups have got ${this.packets().multicast} packets in 30 s.`);
  }

  /** Packets and bytes (IP and Ethernet headers included) that have left the server's card: fragments count on their own. */
  sent(): { packets: number; bytes: number } {
    const read = (name: string) =>
      Number(runInside(this.server, 'cat', [`/sys/class/net/${CARD}/statistics/tx_${name}`]));
    return { packets: read('packets'), bytes: read('bytes') };
  }

  /** Everything printed by programs of this project and by others. */
  saveLogs(folder: string): void {
    mkdirSync(folder, { recursive: true });
    this.#commands.forEach(({ name, transcript }, i) => {
      writeFileSync(join(folder, `${i}-${name}.log`), `${transcript.join('\n')}\n`);
    });
    this.#programs.forEach(({ command, output }, i) => {
      writeFileSync(join(folder, `${i}-${basename(command)}.log`), output);
    });
  }

  /** Ends what still runs and removes folders and namespaces. */
  async close(): Promise<void> {
    await Promise.all([...this.#commands, ...this.#programs].map((program) => program.kill()));
    this.#lab.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /**
   * Rules for what comes to a device, and for what comes from it: at the server, as a program whose own system refuses to send
   * knows that. Before fragments are put together.
   */
  #disturb(device: number, incoming: string, outgoing: string): void {
    const { address } = this.device(device);
    loadRules(this.device(device), disturbance('from-server', incoming));
    loadRules(this.server, disturbance(`from-${device}`, outgoing === '' ? '' : `ip saddr ${address} ${outgoing}`));
  }

  #program(host: Host, command: string, args: readonly string[]): ForeignProgram {
    const program = ForeignProgram.start(host, command, args, this.directory);
    this.#programs.push(program);
    return program;
  }
}

function disturbance(name: string, rule: string): string {
  return `table inet ${name} {
    chain incoming {
      type filter hook prerouting priority -450;
      ${rule}
    }
  }`;
}

const NO_SOURCE_PORT = `
table inet nobody {
  chain sent {
    type filter hook output priority 0;
    udp dport ${PORT} udp sport set 0
  }
}`;

/** Opcode of an acknowledgement (RFC 1350 section 5). */
const ACK = 4;
/** IPv4 and UDP. */
const HEADER_BYTES = 28;

const PACKET_RULES = `
table inet tftp {
  counter multicast {}
  counter unicast {}
  chain sent {
    type filter hook output priority 0;
    ip daddr ${GROUPS} meta l4proto udp counter name multicast
    ip daddr != 224.0.0.0/4 meta l4proto udp counter name unicast
  }
}`;
