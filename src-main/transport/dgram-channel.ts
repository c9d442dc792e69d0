import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { plainAddress } from './address';
import {
  DataChannelError,
  type DataReceiver,
  type DataSender,
  datagramsIn,
  familyOf,
  RECEIVE_BUFFER_BYTES,
  type ReceiverOptions,
  type SenderOptions,
} from './data-channel';
import { bindSocket, closeSocket, drainAndClose, requestReceiveBuffer } from './udp-socket';

/** The data channel on node:dgram: on every system, and the right one for the few datagrams of discovery and doctor. */

/** @throws DataChannelError */
export async function openSender(options: SenderOptions): Promise<DataSender> {
  const socket = createSocket({ type: familyOf(options.group) });
  const sender = new DgramSender(socket);
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
    throw DataChannelError.from(error, options);
  }
}

export class DgramSender implements DataSender {
  private closed: Promise<void> | undefined;

  constructor(private readonly socket: Socket) {
    // Of a datagram that was queued and then refused.
    socket.on('error', () => {});
  }

  get sourceAddress(): string {
    return plainAddress(this.socket.address().address);
  }

  get sourcePort(): number {
    return this.socket.address().port;
  }

  get queued(): number {
    return this.socket.getSendQueueCount();
  }

  send(run: Uint8Array, datagramBytes = run.length): void {
    if (this.closed !== undefined) return;
    const count = datagramsIn(run, datagramBytes);
    for (let i = 0; i < count; i++) this.socket.send(run.subarray(i * datagramBytes, (i + 1) * datagramBytes));
  }

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
    return new DgramReceiver(socket, options);
  } catch (error) {
    socket.close();
    throw DataChannelError.from(error, options);
  }
}

class DgramReceiver implements DataReceiver {
  readonly bufferBytes: number;
  private closed: Promise<void> | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly options: ReceiverOptions,
  ) {
    this.bufferBytes = requestReceiveBuffer(socket, RECEIVE_BUFFER_BYTES);
    socket.on('message', (bytes, { address, port }) =>
      options.onDatagrams(bytes, bytes.length, plainAddress(address), port),
    );
    socket.on('error', (error) => options.onError?.(error));
  }

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
