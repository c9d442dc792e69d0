import { Bitmap } from '../../src-shared/ranges/bitmap';
import { intersect, type RangeSet, sizeOf, span, subtract } from '../../src-shared/ranges/range-set';
import { splitTransferId } from '../../src-shared/wire/data-datagram';
import { WireError } from '../../src-shared/wire/wire-error';
import { HeldParity } from './held-parity';
import { missingOnReturn } from './missing-on-return';
import { MAX_HELD_PARITY_BYTES } from './params';
import type { TransferLayout } from './transfer-layout';

/** How a chunk is completed. */
export interface Solution {
  readonly chunk: number;
  /** The units that were missing. */
  readonly units: readonly number[];
  /** Indices of as many parity units. */
  readonly indices: readonly number[];
}

/** The transfer that a student receives, and which of its units are here. */
export class TransferInHand {
  /** The id as a datagram's header has it. */
  readonly ids: { readonly transferHigh: number; readonly transferLow: number };
  private readonly received: Bitmap;
  private readonly parity: HeldParity;

  /** @param notOnDisk units that the partial transfer does not hold yet */
  constructor(
    readonly id: string,
    readonly layout: TransferLayout,
    notOnDisk: RangeSet,
  ) {
    this.ids = splitTransferId(id);
    this.received = new Bitmap(layout.unitCount);
    this.parity = new HeldParity(layout, Math.floor(MAX_HELD_PARITY_BYTES / layout.payloadBytes));
    const all = span(0, layout.unitCount);
    for (const range of subtract(all, missingOnReturn(notOnDisk, layout.unitCount))) this.received.addRange(range);
  }

  /** Units that are not here. */
  get missing(): RangeSet {
    return this.received.complement();
  }

  /** How many of these units are not here. */
  missingOf(units: RangeSet): number {
    return sizeOf(intersect(this.missing, units));
  }

  /** A unit has come. @returns false where it was here before. */
  add(unit: number): boolean {
    return this.received.add(unit);
  }

  /** Parity units of chunks that cannot be completed yet, by their numbers. */
  get heldParity(): RangeSet {
    return this.parity.numbers();
  }

  /** A parity unit has come. @returns false where it is of no use: its chunk is complete, or it was here before */
  addParity(number: number): boolean {
    const chunk = this.layout.chunkOf(number) ?? 0;
    return (
      !this.received.hasAll(this.layout.unitsOfChunk(chunk)) && this.parity.add(chunk, this.layout.indexOf(number))
    );
  }

  /**
   * What the parity of a unit's chunk makes up for, as soon as there is enough of it: these units count as here from now on, and
   * the parity as used. A solution without units: the chunk became complete without its parity.
   */
  solve(unit: number): Solution | undefined {
    const chunk = this.layout.chunkOf(unit);
    const held = chunk === undefined ? 0 : this.parity.countOf(chunk);
    if (chunk === undefined || held === 0) return undefined;
    const units = this.missingIn(chunk, held);
    if (units === undefined) return undefined;
    const indices = this.parity.of(chunk).slice(0, units.length);
    this.parity.drop(chunk);
    for (const one of units) this.received.add(one);
    return { chunk, units, indices };
  }

  /** The units of a chunk that are missing; undefined where they are more than `most`. */
  private missingIn(chunk: number, most: number): number[] | undefined {
    const [start, end] = this.layout.unitsOfChunk(chunk);
    const units: number[] = [];
    for (let unit = start; unit < end; unit++) {
      if (this.received.has(unit)) continue;
      if (units.length === most) return undefined;
      units.push(unit);
    }
    return units;
  }

  /** A chunk whose parity there is no room for any more, if there is one: it was let go. */
  dropExcessParity(): number | undefined {
    return this.parity.dropExcess();
  }

  /**
   * Units whose digest was wrong: they are missing again.
   * @returns the chunks of which parity was let go: it may be forged as well
   */
  reject(units: RangeSet): readonly number[] {
    for (const range of units) this.received.removeRange(range);
    return this.parity.dropWithin(units);
  }

  /**
   * The units of a fill that were missing here, each with its payload; they count as here from now on.
   * @throws WireError where the fill is not made of whole units of this transfer
   */
  *fill(first: number, payloads: Uint8Array): Generator<{ unit: number; payload: Uint8Array }> {
    let at = 0;
    for (let unit = first; at < payloads.length; unit++) {
      if (unit >= this.layout.unitCount) throw new WireError('a fill goes past the end of the transfer');
      const payload = payloads.subarray(at, at + this.layout.lengthOf(unit));
      if (payload.length !== this.layout.lengthOf(unit)) throw new WireError('a fill ends within a unit');
      at += payload.length;
      if (this.add(unit)) yield { unit, payload };
    }
  }
}
