import { isIPv6 } from 'node:net';
import type { DeviceServerEvent } from '../../src-shared/ipc/device-events';
import type { DeviceRefusalView, DevicesView } from '../../src-shared/ipc/device-views';
import { hostAndPort } from '../../src-shared/text/host-and-port';
import { messageOf } from '../../src-shared/text/message-of';
import { errorCode } from '../library/library-error';
import type { Endpoint } from '../tftp/endpoint';
import { ALL_FLOW_CONTROL, type FlowControl } from '../tftp/flow-control';
import { TftpServer } from '../tftp/server';
import type { ServerOutput } from '../tftp/server-io';
import { type Clock, DeadlineTimer, systemClock } from '../transport/clock';
import { chooseInterface } from '../transport/interfaces';
import { DeviceSession, type DeviceSessionOptions } from './device-session';
import { DEFAULT_GROUPS, parseGroups } from './groups';
import { LocalSubnets } from './local-subnets';
import { mtuOf } from './mtu';
import { SharedFolder } from './shared-folder';
import { UdpPort } from './udp-port';
import { MAX_WRITTEN_BYTES, WriteFolder } from './write-folder';

export interface DeviceServerOptions {
  /** The folder that devices may read. */
  readonly root: string;
  /** Port 0 takes a free one; 69, where devices ask by themselves, needs an administrator on most systems. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** Own address of the interface for multicast; default: the one of `listen`, or the best there is. */
  readonly interface?: string;
  /** Multicast groups, `A-B`. */
  readonly groups?: string;
  /** Multicast routers that may be crossed; 0 stays on this machine, 1 in this network. */
  readonly ttl?: number;
  /** How long clients are collected before the first block, ms. */
  readonly delayMs?: number;
  readonly flow?: Partial<FlowControl>;
  /** The folder that devices may write new files to; none by default. */
  readonly writeFolder?: string;
  readonly clock?: Clock;
  onEvent(event: DeviceServerEvent): void;
}

/** Devices cannot be served; the message says why and what to do. */
export class DeviceServerError extends Error {
  override readonly name = 'DeviceServerError';
}

export const DEFAULT_TFTP_PORT = 6969;
const DEFAULT_TTL = 1;
/** A class that is switched on at once has asked within it, and no client loses patience: atftp asks again after five seconds. */
const DEFAULT_DELAY_MS = 1_000;
const ALL_ADDRESSES = '0.0.0.0';
/** Refusals that are shown: whoever asks for nonsense all day fills no memory. */
const MAX_REFUSALS = 5;

/** What `open` has found out. */
interface Place {
  readonly host: string;
  readonly port: number;
  /** Own address by which groups are sent to; undefined where there are none. */
  readonly interface: string | undefined;
}

/**
 * The TFTP server for devices (docs/tftp.md): drives one `TftpServer` machine with sockets, files and one timer. Its loop is always
 * the same: feed the input, carry out the outputs, arm the timer.
 */
export class DeviceServer {
  private readonly machine: TftpServer;
  private readonly sessions = new Map<string, DeviceSession>();
  private readonly sessionOptions: DeviceSessionOptions;
  private readonly closing = new Set<Promise<void>>();
  private readonly timer: DeadlineTimer;
  private readonly subnets = new LocalSubnets();
  private port: UdpPort | undefined;
  private refusals: readonly DeviceRefusalView[] = [];
  private isClosed = false;

  private constructor(
    private readonly options: DeviceServerOptions,
    private readonly clock: Clock,
    private readonly folder: SharedFolder,
    place: Place,
    writeFolder: WriteFolder | undefined,
  ) {
    const { delayMs = DEFAULT_DELAY_MS, flow, groups = DEFAULT_GROUPS, ttl = DEFAULT_TTL } = options;
    this.machine = new TftpServer(
      {
        groups: place.interface === undefined ? [] : parseGroups(groups),
        hearsGroups: (address) => place.interface !== undefined && this.shares(place.interface, address),
        delayMs,
        flow: { ...ALL_FLOW_CONTROL, ...flow },
        mtu: mtuOf(place.interface),
        ...(writeFolder === undefined ? {} : { writeLimit: MAX_WRITTEN_BYTES }),
      },
      clock.now(),
    );
    this.sessionOptions = {
      folder,
      writeFolder,
      address: place.host,
      multicast: place.interface === undefined ? undefined : { interface: place.interface, ttl },
      accepts: (from) => this.accepts(from),
      feed: (input) => this.feed((now) => input(this.machine, now)),
    };
    this.timer = new DeadlineTimer(clock, () => this.feed((now) => this.machine.timeout(now)));
  }

  /** @throws DeviceServerError, SharedFolderError, GroupsError, InterfaceError, StorageError */
  static async open(options: DeviceServerOptions): Promise<DeviceServer> {
    const place = placeFor(options);
    const folder = await SharedFolder.open(options.root);
    const writeFolder = options.writeFolder === undefined ? undefined : await WriteFolder.open(options.writeFolder);
    const server = new DeviceServer(options, options.clock ?? systemClock, folder, place, writeFolder);
    await server.listen(place);
    return server;
  }

  snapshot(): DevicesView {
    const { address = null, port = null } = this.port?.endpoint ?? {};
    const sessions = this.machine.view(this.clock.now(), Date.now());
    return { state: 'on', folder: this.folder.path, address, port, sessions, refusals: this.refusals };
  }

  /** Tells every client that it is over, and lets go of ports and files. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.feed((now) => this.machine.close(now));
    this.isClosed = true;
    this.timer.arm(undefined);
    for (const session of this.sessions.keys()) this.closeSession(session);
    await Promise.all(this.closing);
    await this.port?.close();
  }

  private async listen({ host, port }: Place): Promise<void> {
    try {
      this.port = await UdpPort.open({ address: host, port, onDatagram: (bytes, from) => this.request(bytes, from) });
    } catch (error) {
      throw listenError(error, host, port);
    }
    const { address, port: opened } = this.port.endpoint;
    this.options.onEvent({ event: 'listening', address, port: opened, root: this.folder.path });
  }

  /** Whoever is not of this network gets no answer, not even a refusal: it may not be who has asked. */
  private request(bytes: Uint8Array, from: Endpoint): void {
    if (this.accepts(from)) this.feed((now) => this.machine.request(bytes, from, now));
  }

  private accepts(from: Endpoint): boolean {
    return this.subnets.includes(from.address, this.clock.now());
  }

  private shares(own: string, address: string): boolean {
    return this.subnets.shares(own, address, this.clock.now());
  }

  private feed(input: (now: number) => void): void {
    if (this.isClosed) return;
    input(this.clock.now());
    for (const output of this.machine.outputs()) this.carryOut(output);
    this.timer.arm(this.machine.deadline());
  }

  private carryOut(output: ServerOutput): void {
    switch (output.kind) {
      case 'event':
        return this.tell(output.event);
      case 'send':
        return this.portOf(output.session)?.send(output.bytes, output.to);
      case 'closeSession':
        return this.closeSession(output.session);
      default:
        return this.sessionOf(output.session).carryOut(output);
    }
  }

  private tell(event: DeviceServerEvent): void {
    if (event.event === 'refused') {
      const { address, file, why } = event;
      this.refusals = [{ address, file, why, at: Date.now() }, ...this.refusals].slice(0, MAX_REFUSALS);
    }
    this.options.onEvent(event);
  }

  /** Where a session sends from; requests are answered from where they came to as long as there is none. */
  private portOf(session: string | null): Pick<UdpPort, 'send'> | undefined {
    return session === null ? this.port : this.sessions.get(session);
  }

  private sessionOf(id: string): DeviceSession {
    const known = this.sessions.get(id) ?? new DeviceSession(id, this.sessionOptions);
    this.sessions.set(id, known);
    return known;
  }

  private closeSession(id: string): void {
    const closed = this.sessions.get(id)?.close();
    this.sessions.delete(id);
    if (closed === undefined) return;
    this.closing.add(closed);
    void closed.finally(() => this.closing.delete(closed));
  }
}

function placeFor({ listen, interface: wanted }: DeviceServerOptions): Place {
  const port = listen?.port ?? DEFAULT_TFTP_PORT;
  const host = listen?.host ?? wanted ?? restrictedAddress() ?? ALL_ADDRESSES;
  // RFC 2090 knows IPv4 groups only.
  if (isIPv6(host)) return { host, port, interface: undefined };
  return { host, port, interface: chooseInterface(wanted ?? (host === ALL_ADDRESSES ? undefined : host)).address };
}

/** Where TUTTI_INTERFACE restricts the app, it listens there only. */
function restrictedAddress(): string | undefined {
  return process.env.TUTTI_INTERFACE ? chooseInterface().address : undefined;
}

function listenError(error: unknown, host: string, port: number): DeviceServerError {
  const place = host === ALL_ADDRESSES ? `Port ${port}` : hostAndPort(host, port);
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new DeviceServerError(
        `${place} is in use: another TFTP server runs on this computer. Close it, or take another port.`,
      );
    case 'EACCES':
      return new DeviceServerError(
        `Port ${port} is for administrators on this computer: take ${DEFAULT_TFTP_PORT}, or start as one.`,
      );
    case 'EADDRNOTAVAIL':
      return new DeviceServerError(`This computer has no address ${host}: name one that it has.`);
    default:
      return new DeviceServerError(`${place} cannot be opened for devices: ${messageOf(error)}.`);
  }
}
