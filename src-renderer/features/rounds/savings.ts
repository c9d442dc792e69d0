import type { RoundView } from '../../../src-shared/ipc/snapshots';

/** What a transmission spared the network, in bytes. */
export interface Savings {
  /** Compared with serving each student apart, or with sending all that they miss between them. */
  readonly against: 'apart' | 'union';
  readonly bytes: number;
}

type Round = Pick<RoundView, 'transmission' | 'mode' | 'bytes' | 'students' | 'unionBytes' | 'apartBytes'>;

/** The savings of parity where there are any, else those of multicast; undefined where nothing was spared. */
export function savingsOf(round: Round): Savings | undefined {
  const byParity = (round.unionBytes ?? round.bytes) - round.bytes;
  if (byParity > 0) return { against: 'union', bytes: byParity };
  const byMulticast = apartBytesOf(round) - round.bytes;
  return byMulticast > 0 ? { against: 'apart', bytes: byMulticast } : undefined;
}

/** In the first pass everybody misses everything; of later rounds the teacher has to tell. */
function apartBytesOf({ transmission, mode, bytes, students, apartBytes }: Round): number {
  if (apartBytes !== undefined) return apartBytes;
  return transmission === 0 && mode !== 'tcp' ? bytes * students.length : bytes;
}
