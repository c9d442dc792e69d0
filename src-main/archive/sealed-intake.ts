import {
  contains,
  intersect,
  lowest,
  type Range,
  type RangeSet,
  span,
  subtract,
  union,
  valuesOf,
} from '../../src-shared/ranges/range-set';
import { MAX_SEALED, sealedBy, sealHas, sequenceOf } from '../../src-shared/wire/channel-datagram';
import { MAX_CANDIDATES } from './params';

/** What only a driver can do with bytes. Deterministic: no engine is less repeatable for it. */
export interface ChannelProof {
  /** The first 16 bytes, or more, of the SHA-256 of a packet's datagram. */
  digest(packet: Uint8Array): Uint8Array;
  /** Whether the publisher signed this seal. */
  isSigned(seal: Uint8Array): boolean;
}

/** Numbers that are not here: those whose packets are missing, and those whose seals are. */
export interface Missing {
  readonly packets: RangeSet;
  readonly seals: RangeSet;
}

interface Awaited {
  readonly seal: Uint8Array;
  readonly index: number;
}

/**
 * The packets of one epoch, told apart from forged ones (PROTOCOL.md section 14.3): a packet counts once a seal of its
 * publisher has its digest. Gaps are found from seals alone, so nobody else can make a receiver ask for anything.
 */
export class SealedIntake {
  /** Arrived, and not sealed yet; nearly always one for a number. */
  private readonly candidates = new Map<number, Uint8Array[]>();
  /** Sealed, and not here. */
  private readonly awaited = new Map<number, Awaited>();
  /** Numbers that a seal is known for, from `base` on. */
  private sealed: RangeSet;
  private base: number;
  private knownEnd: number;

  /**
   * @param from the first number that is wanted
   * @param held numbers that are here already
   * @param accept takes each packet once, in no order
   */
  constructor(
    from: number,
    held: RangeSet,
    private readonly window: number,
    private readonly proof: ChannelProof,
    private readonly accept: (sequence: number, packet: Uint8Array) => void,
  ) {
    this.base = from;
    this.knownEnd = from;
    this.sealed = subtract(held, span(0, from));
  }

  /** One past the last number that the publisher is known to have given. */
  get end(): number {
    return this.knownEnd;
  }

  /** Everything before this is done with. */
  get start(): number {
    return this.base;
  }

  /** The publisher's word, by TLS or by a seal, that numbers below this were given. */
  extendTo(end: number): void {
    if (end > this.knownEnd) this.knownEnd = end;
  }

  /** Takes a packet from anybody. */
  packet(packet: Uint8Array): void {
    const sequence = sequenceOf(packet);
    if (sequence < this.base || sequence >= this.base + this.window) return;
    const awaited = this.awaited.get(sequence);
    if (awaited !== undefined) return this.settle(sequence, awaited, packet);
    if (contains(this.sealed, sequence)) return;
    const others = this.candidates.get(sequence);
    if (others === undefined) this.candidates.set(sequence, [packet]);
    else if (others.length < MAX_CANDIDATES) others.push(packet);
  }

  /** Whether a seal would tell anything new; asked before its signature is checked, which costs. */
  isNews(seal: Uint8Array): boolean {
    const [first, end] = rangeOfSeal(seal);
    if (end > this.knownEnd) return true;
    const within = this.inWindow(first, end);
    return within.some(([start, stop]) => subtract([[start, stop]], this.sealed).length > 0);
  }

  /** Takes a seal whose signature was found right. */
  seal(seal: Uint8Array): void {
    const [first, end] = rangeOfSeal(seal);
    this.extendTo(end);
    if (sealedBy(seal) === 0) return;
    for (const [start, stop] of subtract(this.inWindow(first, end), this.sealed)) {
      this.sealed = union(this.sealed, [[start, stop]]);
      for (let sequence = start; sequence < stop; sequence++) this.judge(sequence, { seal, index: sequence - first });
    }
  }

  /** The lowest numbers, `limit` of them at most, whose packet or seal the publisher gave and is not here. */
  missing(limit: number): Missing {
    const unsealed = subtract(span(this.base, Math.min(this.knownEnd, this.base + this.window)), this.sealed);
    const seals = lowest(unsealed, limit);
    const packets = [...this.awaited.keys()];
    for (const sequence of valuesOf(seals)) if (!this.candidates.has(sequence)) packets.push(sequence);
    const all = lowest(union(rangesOf(packets), seals), limit);
    return { packets: intersect(rangesOf(packets), all), seals: intersect(seals, all) };
  }

  /** Packets that were taken, or given up, in one row from the start on, are nobody's concern any more. */
  advance(to: number): void {
    if (to <= this.base) return;
    for (let sequence = this.base; sequence < to; sequence++) {
      this.candidates.delete(sequence);
      this.awaited.delete(sequence);
    }
    this.base = to;
    this.sealed = subtract(this.sealed, span(0, to));
  }

  /** Numbers that will never come: as good as here. */
  giveUp(ranges: RangeSet): void {
    this.sealed = union(this.sealed, ranges);
    for (const [start, end] of ranges) {
      for (let sequence = start; sequence < end; sequence++) {
        this.awaited.delete(sequence);
        this.candidates.delete(sequence);
      }
    }
  }

  /** Numbers from the start on that are here, or given up. */
  get settled(): RangeSet {
    return subtract(this.sealed, rangesOf([...this.awaited.keys()]));
  }

  /** Whether this number is here, or given up. */
  isSettled(sequence: number): boolean {
    return sequence < this.base || (!this.awaited.has(sequence) && contains(this.sealed, sequence));
  }

  private judge(sequence: number, awaited: Awaited): void {
    const candidates = this.candidates.get(sequence);
    this.awaited.set(sequence, awaited);
    this.candidates.delete(sequence);
    for (const candidate of candidates ?? []) this.settle(sequence, awaited, candidate);
  }

  private settle(sequence: number, { seal, index }: Awaited, packet: Uint8Array): void {
    if (!this.awaited.has(sequence) || !sealHas(seal, index, this.proof.digest(packet))) return;
    this.awaited.delete(sequence);
    this.accept(sequence, packet);
  }

  private inWindow(first: number, end: number): RangeSet {
    return span(Math.max(first, this.base), Math.min(end, this.base + this.window));
  }
}

/** The numbers that a seal vouches for; of one that seals none, all up to the last that it names count as known. */
function rangeOfSeal(seal: Uint8Array): Range {
  const first = sequenceOf(seal);
  const count = sealedBy(seal);
  return count === 0 ? [first + 1, first + 1] : [first, first + Math.min(count, MAX_SEALED)];
}

function rangesOf(numbers: readonly number[]): RangeSet {
  const sorted = [...numbers].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const value of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === value) last[1]++;
    else ranges.push([value, value + 1]);
  }
  return ranges;
}
