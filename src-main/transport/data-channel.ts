import { isIPv6 } from 'node:net';
import { messageOf } from '../../src-shared/text/message-of';

/**
 * The multicast data channel (PROTOCOL.md section 5): opened for one transmission, closed after it.
 * `dgram-channel.ts` and `accelerated-channel.ts` provide it, and data-channel.loopback.test.ts holds both to the same;
 * `data-path.ts` chooses. IPv6 groups work on interfaces with a multicast route; Linux has none on its loopback interface.
 */

export interface SenderOptions {
  readonly group: string;
  readonly port: number;
  /** IPv4: an address of this machine. IPv6: `::%name` of the interface. */
  readonly interface: string;
  /** 0 stays on this machine, 1 in this network; more crosses that many multicast routers. */
  readonly ttl: number;
}

/**
 * Takes datagrams of one source that came one after the other: each has `datagramBytes` bytes, but the last, which may have fewer.
 * They are the callee's until it returns, then they may be overwritten: what is kept is copied. The address is without IPv6 zone.
 */
export type TakeDatagrams = (
  datagrams: Uint8Array,
  datagramBytes: number,
  sourceAddress: string,
  sourcePort: number,
) => void;

/** Throws where nobody catches it, and what is under way goes on. */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** For who takes one datagram at a time. What it throws is nobody's, and keeps no other datagram from it. */
export function oneByOne(
  take: (datagram: Uint8Array, sourceAddress: string, sourcePort: number) => void,
): TakeDatagrams {
  return (datagrams, datagramBytes, address, port) => {
    for (let i = 0; i < datagramsIn(datagrams, datagramBytes); i++) {
      try {
        take(datagrams.subarray(i * datagramBytes, (i + 1) * datagramBytes), address, port);
      } catch (error) {
        throwLater(error);
      }
    }
  };
}

export interface ReceiverOptions {
  readonly group: string;
  readonly port: number;
  /** As in SenderOptions. */
  readonly interface: string;
  readonly onDatagrams: TakeDatagrams;
  /** The socket failed while open; nothing more will arrive. */
  onError?(error: Error): void;
}

/** Sends datagrams to one group. */
export interface DataSender {
  /** From where the datagrams come, as receivers see it. */
  readonly sourceAddress: string;
  readonly sourcePort: number;
  /** Datagrams that the system has not taken yet. */
  readonly queued: number;
  /**
   * Sends a run of datagrams that lie in a row. One that the system refuses (network down, too long) is a lost one: the
   * rounds repair it. The buffer must not change before `queued` is 0: it is queued by reference. Ignored once closing.
   * @param datagramBytes of each but the last, which is what is left; where nothing is said, the run is one datagram
   */
  send(run: Uint8Array, datagramBytes?: number): void;
  /** Closes once everything queued has left, or after two seconds: a plain close throws the queue away. */
  close(): Promise<void>;
}

/** A membership of one group on one interface. */
export interface DataReceiver {
  /** What the system granted of the receive buffer, in bytes; Linux counts its own overhead in. */
  readonly bufferBytes: number;
  /** Leaves the group; nothing is handed over after the call but the rest of what is just being taken. */
  close(): Promise<void>;
}

/** One of the ways to have a data channel. */
export interface DataChannels {
  /** @throws DataChannelError */
  openSender(options: SenderOptions): Promise<DataSender>;
  /** @throws DataChannelError */
  openReceiver(options: ReceiverOptions): Promise<DataReceiver>;
}

/** The data channel cannot be opened; the message says why. */
export class DataChannelError extends Error {
  override readonly name = 'DataChannelError';

  /** @param error what the system said */
  static from(error: unknown, { group, port, interface: place }: SenderOptions | ReceiverOptions): DataChannelError {
    const detail = messageOf(error);
    return new DataChannelError(`The multicast group ${group}, port ${port}, cannot be used on ${place}: ${detail}.`);
  }
}

/** Some 30 ms of a gigabit link: what a receiver asks for. Many systems grant a twentieth. */
export const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** How many datagrams a run is; an empty one is an empty datagram. */
export function datagramsIn(run: Uint8Array, datagramBytes: number): number {
  return run.length <= datagramBytes ? 1 : Math.ceil(run.length / datagramBytes);
}

export function familyOf(group: string): 'udp4' | 'udp6' {
  return isIPv6(group) ? 'udp6' : 'udp4';
}
