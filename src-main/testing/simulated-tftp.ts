import type { DeviceServerEvent } from '../../src-shared/ipc/device-events';
import { TftpClient } from '../tftp/client';
import type { ClientOptions } from '../tftp/client-io';
import { type Endpoint, isSame, nameOf } from '../tftp/endpoint';
import { ALL_FLOW_CONTROL, type FlowControl } from '../tftp/flow-control';
import type { RequestedOptions } from '../tftp/options';
import { readPacket } from '../tftp/packets';
import { TftpServer } from '../tftp/server';
import type { ServerOutput } from '../tftp/server-io';
import {
  AtftpLikeClient,
  type ClientMachine,
  MuteClient,
  type SimulatedClient,
  SorcerersClient,
} from './foreign-tftp-clients';
import { carry, type LinkFaults, NarrowLine } from './simulated-link';
import { VirtualClock } from './virtual-clock';

export interface SimulatedDevice extends LinkFaults {
  readonly kind: 'tutti' | 'atftp' | 'sorcerer' | 'mute';
  readonly startsAt: number;
  readonly diesAt?: number;
  readonly asked: RequestedOptions;
  /** Packets a second that the line to it takes, 20 of them at once. */
  readonly narrow?: number;
}

export interface TftpRun {
  readonly fileBytes: number;
  readonly devices: readonly SimulatedDevice[];
  readonly delayMs: number;
  readonly flow?: FlowControl;
  readonly groups?: number;
  readonly mode?: 'octet' | 'netascii';
}

export interface TftpResult {
  /** Everybody is over, the server too. */
  readonly ended: boolean;
  /** Per device: the file is there and right; undefined where it failed. */
  readonly identical: readonly (boolean | undefined)[];
  readonly events: readonly DeviceServerEvent[];
  /** DATA that left the server, and OACKs and ERRORs by device. */
  readonly dataPackets: number;
  readonly oacks: readonly number[];
  readonly errors: readonly number[];
  /** Why own clients failed. */
  readonly reasons: readonly (string | undefined)[];
  readonly durationMs: number;
}

const LISTENER: Endpoint = { address: '10.0.0.254', port: 69 };
const TIME_LIMIT_MS = 60 * 60_000;
const NARROW_BURST = 20;
/** Of what nobody knows: more events than any run needs. */
const MAX_DATA_PACKETS = 2_000_000;

/** Runs transfers of one file from one server to many devices on virtual time over a seeded network. */
export function simulateTftp(run: TftpRun, random: () => number): TftpResult {
  return new SimulatedTftpRoom(run, random).run();
}

class SimulatedTftpRoom {
  readonly clock = new VirtualClock();
  private readonly server: TftpServer;
  private readonly devices: Device[];
  private readonly file: Uint8Array;
  private readonly ports = new Map<string, number>();
  private readonly groupOf = new Map<string, Endpoint>();
  private readonly events: DeviceServerEvent[] = [];
  private readonly oacks: number[];
  private readonly errors: number[];
  private dataPackets = 0;
  private timerAt = Number.POSITIVE_INFINITY;

  constructor(
    options: TftpRun,
    private readonly random: () => number,
  ) {
    // Half of the bytes are line ends, for netascii's sake.
    this.file = Uint8Array.from({ length: options.fileBytes }, () => Math.floor(random() * 256)).map((byte) =>
      byte < 64 ? 10 : byte < 128 ? 13 : byte,
    );
    this.server = new TftpServer(
      {
        groups: Array.from({ length: options.groups ?? 8 }, (_, i) => ({ address: `239.255.1.${i + 1}`, port: 1758 })),
        hearsGroups: () => true,
        delayMs: options.delayMs,
        flow: options.flow ?? ALL_FLOW_CONTROL,
        mtu: 1500,
      },
      0,
    );
    this.devices = options.devices.map((device, i) => new Device(i, device, this, options.mode ?? 'octet'));
    this.oacks = this.devices.map(() => 0);
    this.errors = this.devices.map(() => 0);
  }

  run(): TftpResult {
    for (const device of this.devices) device.schedule();
    const isOver = () => this.devices.every((device) => device.isOver) && this.server.view(0, 0).every(isShownAsOver);
    const ended = this.clock.run(() => isOver() && this.ports.size === 0, TIME_LIMIT_MS);
    return {
      ended,
      identical: this.devices.map(({ file }) =>
        file === undefined ? undefined : Buffer.compare(file, this.file) === 0,
      ),
      events: this.events,
      dataPackets: this.dataPackets,
      oacks: this.oacks,
      errors: this.errors,
      reasons: this.devices.map((device) => device.reason),
      durationMs: this.clock.now,
    };
  }

  /** From a device to the server. */
  deliver(device: Device, to: Endpoint, bytes: Uint8Array): void {
    carry(device.options, this.clock, this.random, () => {
      if (to.port === LISTENER.port) this.server.request(bytes, device.endpoint, this.clock.now);
      for (const [session, port] of this.ports)
        if (port === to.port) this.server.datagram(session, bytes, device.endpoint, this.clock.now);
      this.pump();
    });
  }

  private pump(): void {
    for (const output of this.server.outputs()) this.carryOut(output);
    const deadline = this.server.deadline();
    if (deadline === undefined || (deadline >= this.timerAt && this.timerAt > this.clock.now)) return;
    this.timerAt = deadline;
    this.clock.schedule(deadline, () => {
      if (this.timerAt !== deadline) return;
      this.timerAt = Number.POSITIVE_INFINITY;
      this.server.timeout(this.clock.now);
      this.pump();
    });
  }

  private carryOut(output: ServerOutput): void {
    switch (output.kind) {
      case 'event':
        this.events.push(output.event);
        return;
      case 'openFile':
        return this.later(1, () => this.server.fileOpened(output.session, this.file.length, this.clock.now));
      case 'openPort':
        this.ports.set(output.session, 40_000 + this.groupOf.size);
        this.groupOf.set(output.session, output.group ?? LISTENER);
        return this.later(0, () => this.server.portOpened(output.session, this.clock.now));
      case 'read': {
        const { session, offset, length } = output;
        return this.later(0.2, () =>
          this.server.dataRead(session, offset, this.file.subarray(offset, offset + length), this.clock.now),
        );
      }
      case 'send':
        return this.send(output.session, output.to, output.bytes);
      case 'closeSession':
        this.ports.delete(output.session);
        return;
      default:
        throw new Error(`the server wants ${output.kind}`);
    }
  }

  private later(ms: number, action: () => void): void {
    this.clock.schedule(this.clock.now + ms, () => {
      action();
      this.pump();
    });
  }

  private send(session: string | null, to: Endpoint, bytes: Uint8Array): void {
    const port = session === null ? LISTENER.port : this.ports.get(session);
    if (port === undefined) throw new Error(`${session} sends without a port`);
    const kind = readPacket(bytes).kind;
    if (kind === 'data' && ++this.dataPackets > MAX_DATA_PACKETS) throw new Error('the server does not stop sending');
    for (const device of this.devices) {
      if (!isSame(device.endpoint, to) && !device.groups.has(nameOf(to))) continue;
      if (kind === 'oack') this.oacks[device.index] = (this.oacks[device.index] ?? 0) + 1;
      if (kind === 'error') this.errors[device.index] = (this.errors[device.index] ?? 0) + 1;
      if (device.line?.takes(this.clock.now) === false) continue;
      const isGroup = !isSame(device.endpoint, to);
      carry(device.options, this.clock, this.random, () => device.hear(bytes, { ...LISTENER, port }, isGroup));
    }
  }
}

/** One device on the network: its port, its groups, its one timer, and its fate. */
class Device {
  readonly endpoint: Endpoint;
  readonly groups = new Set<string>();
  isOver = false;
  file: Uint8Array | undefined;
  reason: string | undefined;
  private readonly client: SimulatedClient;
  /** From the server. */
  readonly line: NarrowLine | undefined;
  private readonly own: OwnClient | undefined;
  private timer = 0;

  constructor(
    readonly index: number,
    readonly options: SimulatedDevice,
    private readonly room: SimulatedTftpRoom,
    mode: 'octet' | 'netascii',
  ) {
    this.endpoint = { address: `10.0.0.${index + 1}`, port: 2000 + index };
    this.line = options.narrow === undefined ? undefined : new NarrowLine(options.narrow, NARROW_BURST);
    const machine: ClientMachine = {
      server: LISTENER,
      send: (to, bytes) => this.room.deliver(this, to, bytes),
      joinGroup: (group) => this.groups.add(nameOf(group)),
      arm: (ms) => this.arm(ms),
      end: (file) => this.end(file),
    };
    if (options.kind === 'atftp') this.client = new AtftpLikeClient(options.asked, machine);
    else if (options.kind === 'sorcerer') this.client = new SorcerersClient(machine);
    else if (options.kind === 'mute') this.client = new MuteClient(options.asked, machine);
    else this.client = this.own = new OwnClient(options.asked, mode, machine, this.room.clock, this);
  }

  schedule(): void {
    const { startsAt, diesAt } = this.options;
    this.room.clock.schedule(startsAt, () => this.client.start());
    if (diesAt !== undefined) this.room.clock.schedule(startsAt + diesAt, () => this.die());
  }

  hear(bytes: Uint8Array, from: Endpoint, isGroup: boolean): void {
    if (this.isOver && this.own === undefined) return;
    if (isGroup && this.own !== undefined) this.own.groupDatagram(bytes, from);
    else this.client.datagram(bytes, from);
  }

  arm(ms: number): void {
    const timer = ++this.timer;
    this.room.clock.schedule(this.room.clock.now + ms, () => {
      if (timer === this.timer && !this.isOver) this.client.timeout();
    });
  }

  end(file: Uint8Array | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    this.file = file;
  }

  private die(): void {
    this.own?.die();
    this.end(undefined);
    this.groups.clear();
  }
}

/** The client of this project with its driver. */
class OwnClient implements SimulatedClient {
  private readonly client: TftpClient;
  private parts: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  private isDead = false;

  constructor(
    asked: RequestedOptions,
    mode: ClientOptions['mode'],
    private readonly machine: ClientMachine,
    private readonly clock: VirtualClock,
    private readonly device: Device,
  ) {
    const { multicast, blksize, windowsize, timeout } = asked;
    this.client = new TftpClient(
      {
        server: machine.server,
        file: 'file',
        mode,
        multicast: multicast === true,
        ...(blksize === undefined ? {} : { blksize }),
        ...(windowsize === undefined ? {} : { windowsize }),
        ...(timeout === undefined ? {} : { timeout }),
      },
      clock.now,
    );
  }

  start(): void {
    this.feed(() => this.client.start(this.clock.now));
  }

  datagram(bytes: Uint8Array, from: Endpoint): void {
    this.feed(() => this.client.datagram(bytes, from, this.clock.now));
  }

  groupDatagram(bytes: Uint8Array, from: Endpoint): void {
    this.feed(() => this.client.groupDatagram(bytes, from, this.clock.now));
  }

  timeout(): void {
    this.feed(() => this.client.timeout(this.clock.now));
  }

  die(): void {
    this.isDead = true;
  }

  private feed(input: () => void): void {
    if (this.isDead) return;
    input();
    for (const output of this.client.outputs()) {
      if (output.kind === 'send') this.machine.send(output.to, output.bytes);
      if (output.kind === 'joinGroup') this.join(output.group);
      if (output.kind === 'leaveGroup') this.device.groups.clear();
      if (output.kind === 'truncate') this.parts = [];
      if (output.kind === 'write') this.write(output);
      if (output.kind === 'complete') this.machine.end(this.bytes(output.bytes));
      if (output.kind === 'failed') this.device.reason = output.reason;
      if (output.kind === 'failed') this.machine.end(undefined);
    }
    const deadline = this.client.deadline();
    this.clock.schedule(deadline ?? this.clock.now, () => {
      if (!this.isDead && this.client.deadline() === deadline && deadline !== undefined) this.timeout();
    });
  }

  private join(group: Endpoint): void {
    this.clock.schedule(this.clock.now + 1, () => {
      this.machine.joinGroup(group);
      this.feed(() => this.client.groupJoined(this.clock.now));
    });
  }

  private write(part: { readonly offset: number; readonly bytes: Uint8Array }): void {
    this.parts.push(part);
    this.clock.schedule(this.clock.now + 0.5, () => this.feed(() => this.client.written(this.clock.now)));
  }

  private bytes(length: number): Uint8Array {
    const file = new Uint8Array(length);
    for (const { offset, bytes } of this.parts) file.set(bytes, offset);
    return file;
  }
}

function isShownAsOver({ state }: { state: string }): boolean {
  return state === 'done' || state === 'failed';
}
