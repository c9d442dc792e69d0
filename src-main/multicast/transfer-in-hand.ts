import { Bitmap } from '../../src-shared/ranges/bitmap';
import { intersect, type RangeSet, sizeOf, span, subtract } from '../../src-shared/ranges/range-set';
import { splitTransferId } from '../../src-shared/wire/data-datagram';
import { WireError } from '../../src-shared/wire/wire-error';
import { missingOnReturn } from './missing-on-return';
import type { TransferLayout } from './transfer-layout';

/** The transfer that a student receives, and which of its units are here. */
export class TransferInHand {
  /** The id as a datagram's header has it. */
  readonly ids: { readonly transferHigh: number; readonly transferLow: number };
  private readonly received: Bitmap;

  /** @param notOnDisk units that the partial transfer does not hold yet */
  constructor(
    readonly id: string,
    readonly layout: TransferLayout,
    notOnDisk: RangeSet,
  ) {
    this.ids = splitTransferId(id);
    this.received = new Bitmap(layout.unitCount);
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

  /** Units whose digest was wrong: they are missing again. */
  reject(units: RangeSet): void {
    for (const range of units) this.received.removeRange(range);
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
