import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { messageOf } from '../../src-shared/text/message-of';
import { plainAddress } from './address';
import { bindSocket, closeSocket, drainAndClose, requestReceiveBuffer } from './udp-socket';

/**
 * The multicast data channel (PROTOCOL.md section 5): opened for one transmission, closed after it.
 * IPv6 groups work on interfaces with a multicast route; Linux has none on its loopback interface.
 */

export interface SenderOptions {
  readonly group: string;
  readonly port: number;
  /** IPv4: an address of this machine. IPv6: `::%name` of the interface. */
  readonly interface: string;
  /** 0 stays on this machine, 1 in this network; more crosses that many multicast routers. */
  readonly ttl: number;
}

export interface ReceiverOptions {
  readonly group: string;
  readonly port: number;
  /** As in SenderOptions. */
  readonly interface: string;
  /** The bytes belong to the callee. The addresses are without IPv6 zone. */
  onDatagram(bytes: Uint8Array, sourceAddress: string, sourcePort: number): void;
  /** The socket failed while open, such as when its interface went away; nothing more will arrive. */
  onError?(error: Error): void;
}

/** The data channel cannot be opened; the message says why. */
export class DataChannelError extends Error {
  override readonly name = 'DataChannelError';
}

/** Some 30 ms of a gigabit link: what a receiver asks for. Many systems grant a twentieth. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** @throws DataChannelError */
export async function openSender(options: SenderOptions): Promise<DataSender> {
  const socket = createSocket({ type: familyOf(options.group) });
  const sender = new DataSender(socket);
  try {
    await bindSocket(socket, { address: isIPv6(options.group) ? '::' : options.interface, port: 0 });
    socket.setMulticastInterface(options.interface);
    socket.setMulticastTTL(options.ttl);
    // Students on the teacher's own machine.
    socket.setMulticastLoopback(true);
    await connect(socket, options.port, options.group);
    return sender;
  } catch (error) {
    socket.close();
    throw channelError(error, options);
  }
}

/** Sends datagrams to one group. Made by `openSender`. */
export class DataSender {
  private failed = 0;
  private closed: Promise<void> | undefined;

  constructor(private readonly socket: Socket) {
    // A datagram that the system refuses (network down, queue full) is a lost one: the rounds repair it.
    socket.on('error', () => this.failed++);
  }

  /** From where the datagrams come, as receivers see it. */
  get sourceAddress(): string {
    return plainAddress(this.socket.address().address);
  }

  get sourcePort(): number {
    return this.socket.address().port;
  }

  /** Datagrams that the system has not taken yet. */
  get queued(): number {
    return this.socket.getSendQueueCount();
  }

  /** Datagrams that the system refused. */
  get failures(): number {
    return this.failed;
  }

  /** The buffer must not change before `queued` is 0: it is queued by reference. Ignored once closing. */
  send(datagram: Uint8Array): void {
    if (this.closed === undefined) this.socket.send(datagram);
  }

  /** Closes once everything queued has left, or after two seconds: a plain close throws the queue away. */
  close(): Promise<void> {
    this.closed ??= drainAndClose(this.socket);
    return this.closed;
  }
}

/** @throws DataChannelError */
export async function openReceiver(options: ReceiverOptions): Promise<DataReceiver> {
  // Several students on one machine: with reuseAddr each of their sockets gets every datagram.
  const socket = createSocket({ type: familyOf(options.group), reuseAddr: true });
  try {
    await bindSocket(socket, { address: receiverAddress(options.group), port: options.port });
    socket.addMembership(options.group, options.interface);
    return new DataReceiver(socket, options);
  } catch (error) {
    socket.close();
    throw channelError(error, options);
  }
}

/** A membership of one group on one interface. Made by `openReceiver`. */
export class DataReceiver {
  /** What the system granted of the receive buffer, in bytes; Linux counts its own overhead in. */
  readonly bufferBytes: number;
  private closed: Promise<void> | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly options: ReceiverOptions,
  ) {
    this.bufferBytes = requestReceiveBuffer(socket, RECEIVE_BUFFER_BYTES);
    socket.on('message', (bytes, source) => options.onDatagram(bytes, plainAddress(source.address), source.port));
    socket.on('error', (error) => options.onError?.(error));
  }

  /** Leaves the group; no datagram is handed over after the call. */
  close(): Promise<void> {
    this.closed ??= this.leave();
    return this.closed;
  }

  private leave(): Promise<void> {
    this.socket.removeAllListeners('message');
    try {
      this.socket.dropMembership(this.options.group, this.options.interface);
    } catch {
      // The interface is gone, and the membership with it.
    }
    return closeSocket(this.socket);
  }
}

function familyOf(group: string): 'udp4' | 'udp6' {
  return isIPv6(group) ? 'udp6' : 'udp4';
}

/** Bound to the group, a socket does not get what other groups receive on the same port. Windows cannot do that. */
function receiverAddress(group: string): string {
  if (isIPv6(group)) return '::';
  return process.platform === 'win32' ? '0.0.0.0' : group;
}

function connect(socket: Socket, port: number, group: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.connect(port, group, (error?: Error) => (error ? reject(error) : resolve()));
  });
}

function channelError(error: unknown, options: SenderOptions | ReceiverOptions): DataChannelError {
  const detail = messageOf(error);
  return new DataChannelError(
    `The multicast group ${options.group}, port ${options.port}, cannot be used on ${options.interface}: ${detail}.`,
  );
}
