import type { RangeSet } from '../../src-shared/ranges/range-set';
import type { IncomingTransmission } from './incoming-transmission';
import type { ReceiverOutbox } from './receiver-outbox';
import type { TransferInHand } from './transfer-in-hand';

/** Completes chunks as units and parity units come in, and has the driver keep, use and forget parity (PROTOCOL.md section 6.7). */
export class ChunkRepair {
  constructor(private readonly outbox: ReceiverOutbox) {}

  /** A parity unit has come. @returns false where it is of no use here */
  takeParity(
    transfer: TransferInHand,
    running: IncomingTransmission,
    parity: { readonly number: number; readonly payload: Uint8Array },
  ): boolean {
    const { number, payload } = parity;
    const { layout } = transfer;
    if (!transfer.addParity(number)) return false;
    this.outbox.push({ kind: 'parity', chunk: layout.chunkOf(number) ?? 0, index: layout.indexOf(number), payload });
    this.solve(transfer, running, number);
    const excess = transfer.dropExcessParity();
    if (excess !== undefined) this.forget(excess);
    return true;
  }

  /** A unit, or a parity unit, has come: it may complete its chunk. */
  solve(transfer: TransferInHand, running: IncomingTransmission | undefined, unit: number): void {
    const solution = transfer.solve(unit);
    if (solution === undefined) return;
    if (solution.units.length === 0) return this.forget(solution.chunk);
    this.outbox.push({ kind: 'solve', ...solution });
    for (const solved of solution.units) running?.gained(solved);
  }

  /** Units turned out to be forged: so may the parity of their chunks be. */
  reject(transfer: TransferInHand, units: RangeSet): void {
    for (const chunk of transfer.reject(units)) this.forget(chunk);
  }

  private forget(chunk: number): void {
    this.outbox.push({ kind: 'forgetParity', chunk });
  }
}
