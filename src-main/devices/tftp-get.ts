import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import type { DeviceClientEvent } from '../../src-shared/ipc/device-events';
import type { DeviceFetchView } from '../../src-shared/ipc/device-views';
import { messageOf } from '../../src-shared/text/message-of';
import { TftpClient } from '../tftp/client';
import type { ClientOutput } from '../tftp/client-io';
import { type Endpoint, nameOf } from '../tftp/endpoint';
import { plainAddress } from '../transport/address';
import { type Clock, DeadlineTimer, systemClock } from '../transport/clock';
import { type DataReceiver, oneByOne } from '../transport/data-channel';
import { openReceiver } from '../transport/dgram-channel';
import { chooseInterface } from '../transport/interfaces';
import { closeSocket } from '../transport/udp-socket';
import { fetchAfter } from './fetch-view';
import { ReceivedFile } from './received-file';
import { UdpPort } from './udp-port';

export interface TftpGetOptions {
  readonly server: { readonly host: string; readonly port: number };
  /** As the server knows it. */
  readonly file: string;
  /** Where it goes; what is there already stays. */
  readonly out: string;
  /** By multicast (RFC 2090), where server and network have it. */
  readonly multicast: boolean;
  /** Bytes, RFC 2348. */
  readonly blksize?: number;
  /** Blocks, RFC 7440. */
  readonly windowsize?: number;
  /** Seconds, RFC 2349. */
  readonly timeout?: number;
  /** Own address to ask from and to join groups on; default: the one that leads to the server. */
  readonly interface?: string;
  readonly clock?: Clock;
  onEvent(event: DeviceClientEvent): void;
}

/** The server cannot be asked; the message says why. */
class TftpGetError extends Error {
  override readonly name = 'TftpGetError';
}

/**
 * The system reports a membership a few ms after it was asked for, and a switch that prunes keeps back what comes before: an
 * ACK that leaves at once asks for a block that is lost, which costs a timeout of the server.
 */
const JOIN_MS = 30;

/** Fetches one file from any TFTP server: drives one `TftpClient` machine with a socket, a file and one timer. */
export class TftpGet {
  private readonly machine: TftpClient;
  private readonly timer: DeadlineTimer;
  private readonly startedAt: number;
  private port: UdpPort | undefined;
  private group: Promise<DataReceiver | undefined> = Promise.resolve(undefined);
  /** Counts joins and leaves: what was joined may have been left before it is reported. */
  private membership = 0;
  private file: ReceivedFile | undefined;
  private placing: Promise<void> = Promise.resolve();
  private isOver = false;
  private view: DeviceFetchView;
  private end: () => void = () => {};
  private readonly ended = new Promise<void>((resolve) => {
    this.end = resolve;
  });

  private constructor(
    private readonly options: TftpGetOptions,
    private readonly clock: Clock,
    server: Endpoint,
    /** Own address on the way to the server. */
    private readonly address: string,
  ) {
    const { file, multicast, blksize, windowsize, timeout } = options;
    this.machine = new TftpClient(
      {
        server,
        file,
        mode: 'octet',
        multicast: multicast && !isIPv6(server.address),
        ...(blksize === undefined ? {} : { blksize }),
        ...(windowsize === undefined ? {} : { windowsize }),
        ...(timeout === undefined ? {} : { timeout }),
      },
      clock.now(),
    );
    this.timer = new DeadlineTimer(clock, () => this.feed((now) => this.machine.timeout(now)));
    this.startedAt = clock.now();
    this.view = {
      file,
      server: nameOf(server),
      state: 'asking',
      role: 'unicast',
      bytes: null,
      receivedBytes: 0,
      group: null,
      path: null,
      elapsedMs: 0,
    };
  }

  /** @throws TftpGetError, InterfaceError, StorageError; TftpError for a name that no request holds */
  static async open(options: TftpGetOptions): Promise<TftpGet> {
    const address = await addressOf(options.server.host);
    const server = { address, port: options.server.port };
    const own =
      options.interface === undefined ? await ownAddressTowards(server) : chooseInterface(options.interface).address;
    const get = new TftpGet(options, options.clock ?? systemClock, server, own);
    await get.begin();
    return get;
  }

  /** Resolves when it is over. @returns whether the file is there */
  async finished(): Promise<boolean> {
    await this.ended;
    return this.view.state === 'complete';
  }

  snapshot(): DeviceFetchView {
    return this.view;
  }

  /** Gives up, telling the server. */
  abort(): void {
    this.feed(() => this.machine.abort());
  }

  private async begin(): Promise<void> {
    this.port = await UdpPort.open({
      address: this.address,
      port: 0,
      onDatagram: (bytes, from) => this.feed((now) => this.machine.datagram(bytes, from, now)),
    });
    try {
      this.file = await ReceivedFile.create(
        this.options.out,
        (pieces) => this.wrote(pieces),
        (error) => this.feed(() => this.machine.storageFailed(error.message)),
      );
      this.feed((now) => this.machine.start(now));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  private wrote(pieces: number): void {
    for (let piece = 0; piece < pieces; piece++) this.feed((now) => this.machine.written(now));
  }

  private feed(input: (now: number) => void): void {
    if (this.isOver) return;
    input(this.clock.now());
    for (const output of this.machine.outputs()) this.carryOut(output);
    if (!this.isOver) this.timer.arm(this.machine.deadline());
  }

  private carryOut(output: ClientOutput): void {
    switch (output.kind) {
      case 'send':
        return this.port?.send(output.bytes, output.to);
      case 'joinGroup':
        return this.join(output.group);
      case 'leaveGroup':
        return this.leave();
      case 'write':
        return this.file?.write(output.offset, output.bytes);
      case 'truncate':
        return this.file?.truncate();
      case 'complete':
        this.placing = this.place(output.bytes);
        return;
      case 'failed':
        return this.tell({ event: 'failed', reason: output.reason });
      case 'event':
        return this.tell(output.event);
      case 'done':
        this.isOver = true;
        this.timer.arm(undefined);
        void this.close();
    }
  }

  private tell(event: DeviceClientEvent): void {
    this.view = { ...fetchAfter(this.view, event), elapsedMs: Math.round(this.clock.now() - this.startedAt) };
    this.options.onEvent(event);
  }

  private join(group: Endpoint): void {
    this.group = this.openGroup(group, ++this.membership);
  }

  private async openGroup({ address, port }: Endpoint, membership: number): Promise<DataReceiver | undefined> {
    try {
      const receiver = await openReceiver({
        group: address,
        port,
        interface: this.address,
        onDatagrams: oneByOne((bytes, source, sourcePort) =>
          this.feed((now) => this.machine.groupDatagram(bytes, { address: source, port: sourcePort }, now)),
        ),
      });
      this.clock.after(JOIN_MS, () => {
        if (membership === this.membership) this.feed((now) => this.machine.groupJoined(now));
      });
      return receiver;
    } catch {
      if (membership === this.membership) this.feed((now) => this.machine.groupFailed(now));
      return undefined;
    }
  }

  private leave(): void {
    const group = this.group;
    this.membership++;
    this.group = Promise.resolve(undefined);
    void group.then((receiver) => receiver?.close());
  }

  private async place(bytes: number): Promise<void> {
    try {
      const placed = await this.file?.place(bytes);
      if (placed === undefined) return;
      this.tell({ event: 'done', ...placed, bytes, durationMs: Math.round(this.clock.now() - this.startedAt) });
    } catch (error) {
      this.tell({ event: 'failed', reason: messageOf(error) });
    }
  }

  private async close(): Promise<void> {
    const group = this.group;
    await this.placing;
    await Promise.allSettled([this.port?.close(), group.then((receiver) => receiver?.close()), this.file?.close()]);
    this.end();
  }
}

async function addressOf(host: string): Promise<string> {
  try {
    // RFC 2090 is about IPv4; where a server has both addresses, that is the one to ask.
    const addresses = await lookup(host, { all: true });
    const [first] = [...addresses].sort((a, b) => a.family - b.family);
    if (first !== undefined) return first.address;
  } catch {
    // Said below.
  }
  throw new TftpGetError(`There is no computer called “${host}” on the network.`);
}

/** A connected UDP socket sends nothing; it asks the system which way it would. */
async function ownAddressTowards({ address, port }: Endpoint): Promise<string> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, address, resolve);
    });
    return plainAddress(socket.address().address);
  } catch (error) {
    throw new TftpGetError(`There is no way to ${address}: ${messageOf(error)}.`);
  } finally {
    await closeSocket(socket);
  }
}
