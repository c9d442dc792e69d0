import { createSocket, type Socket } from 'node:dgram';
import { isIPv4, isIPv6 } from 'node:net';
import type { Endpoint } from '../tftp/endpoint';
import { plainAddress } from '../transport/address';
import { bindSocket, drainAndClose, requestReceiveBuffer } from '../transport/udp-socket';

export interface UdpPortOptions {
  /** An address of this machine, or all of them: `0.0.0.0` or `::`. */
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** For sending to groups. */
  readonly multicast?: Multicast;
  /** The bytes belong to the callee. The address is without IPv6 zone. */
  onDatagram(bytes: Uint8Array, from: Endpoint): void;
}

interface Multicast {
  /** An IPv4 address of this machine. */
  readonly interface: string;
  /** 0 stays on this machine, 1 in this network. */
  readonly ttl: number;
}

/** A window of the largest blocks, or the requests of a class that is switched on at once. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

/** A UDP port that is one side of TFTP transfers (RFC 1350 section 4). Made by `open`. */
export class UdpPort {
  private closed: Promise<void> | undefined;

  private constructor(
    private readonly socket: Socket,
    options: UdpPortOptions,
  ) {
    // What the system refuses to send is a lost packet: the protocol repairs it.
    socket.on('error', () => {});
    socket.on('message', (bytes, { address, port }) => {
      // RFC 768: a source port of 0 names nobody who could be answered, and Node throws where it is asked to.
      if (port !== 0) options.onDatagram(bytes, { address: plainAddress(address), port });
    });
  }

  /** @throws the system's error where the port is taken, or not for this user */
  static async open(options: UdpPortOptions): Promise<UdpPort> {
    const { address, port, multicast } = options;
    const family = isIPv6(address) ? 6 : 4;
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // Addresses are never names: nothing is looked up.
      lookup: (host, _options, callback) => callback(null, family === 6 ? asIPv6(host) : host, family),
    });
    try {
      await bindSocket(socket, { address, port });
      requestReceiveBuffer(socket, RECEIVE_BUFFER_BYTES);
      if (multicast !== undefined) sendGroupsBy(socket, multicast);
      return new UdpPort(socket, options);
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Where it is; the address may be that of all interfaces. */
  get endpoint(): Endpoint {
    const { address, port } = this.socket.address();
    return { address: plainAddress(address), port };
  }

  /** The bytes must not change any more: they are queued by reference. Ignored once closing. */
  send(bytes: Uint8Array, { address, port }: Endpoint): void {
    if (this.closed === undefined) this.socket.send(bytes, port, address);
  }

  /** Closes once what was sent has left. Nothing is handed over after the call. */
  close(): Promise<void> {
    this.socket.removeAllListeners('message');
    this.closed ??= drainAndClose(this.socket);
    return this.closed;
  }
}

/** RFC 4291 section 2.5.5.2: a socket that listens at `::` hears IPv4 too, and sends to it by addresses of this form. */
function asIPv6(address: string): string {
  return isIPv4(address) ? `::ffff:${address}` : address;
}

function sendGroupsBy(socket: Socket, multicast: Multicast): void {
  socket.setMulticastInterface(multicast.interface);
  socket.setMulticastTTL(multicast.ttl);
  // Clients on the server's own machine.
  socket.setMulticastLoopback(true);
}
