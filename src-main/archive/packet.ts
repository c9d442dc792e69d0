import type { JoinPoint, PacketNumber } from '../../src-shared/ipc/channel-views';

export type { JoinPoint, PacketNumber };

/** One packet of a channel as its publisher numbered it (PROTOCOL.md section 13). */
export interface Packet extends PacketNumber {
  readonly subject: string;
  /** ms since 1970, by the publisher's clock. */
  readonly time: number;
  readonly payload: Uint8Array;
}

/** Sequence numbers of an epoch lie in [0, SEQUENCE_END); after the last of them comes another epoch. */
export const SEQUENCE_END = 2 ** 32;

/** Negative where `a` is before `b`: the epoch decides, then the number in it. */
export function comparePackets(a: PacketNumber, b: PacketNumber): number {
  return a.epoch - b.epoch || a.sequence - b.sequence;
}
