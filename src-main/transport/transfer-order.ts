import type { Audience, FileView, StartRule, TransferView } from '../../src-shared/ipc/snapshots';
import { countMissing } from '../multicast/loss-map';
import type { Way } from '../multicast/retransmission-planner';
import { coversOf, filesOf } from './manifest-view';
import type { PreparedTransfer } from './prepared-transfer';

/** What the teacher wants of a transfer. */
export interface Wish {
  readonly audience: Audience;
  readonly start: StartRule;
  readonly by: Way;
}

/** A transfer as it was handed over. Its audience follows what becomes of the class, its rule what the teacher says later. */
export interface TransferOrder {
  readonly prepared: PreparedTransfer;
  /** ms since 1970. */
  readonly createdAt: number;
  readonly by: Way;
  audience: Audience;
  start: StartRule;
  /** As windows show them: made once, however many pictures are taken. */
  readonly files: readonly FileView[];
  readonly covers: readonly string[];
}

/** @param now ms since 1970 */
export function orderOf(prepared: PreparedTransfer, wish: Wish, now: number): TransferOrder {
  const { manifest } = prepared.offer;
  return { prepared, createdAt: now, ...wish, files: filesOf(manifest), covers: coversOf(manifest) };
}

/** What every picture of a transfer has, whatever its state. */
export function orderView({ prepared, createdAt, audience, start, files, covers }: TransferOrder) {
  const { totalBytes, contentBytes } = prepared.layout;
  return { id: prepared.transfer, createdAt, audience, start, files, covers, totalBytes, contentBytes };
}

/** A transfer that waits for its turn, or one that came to nothing while it waited. */
export function queuedView(order: TransferOrder, failure?: string): TransferView {
  return {
    ...orderView(order),
    phase: failure === undefined ? 'queued' : 'failed',
    paused: false,
    rate: 0,
    rounds: [],
    permanent: [],
    lossMap: countMissing([]),
    sentBytes: 0,
    resentBytes: 0,
    filledBytes: 0,
    elapsedMs: 0,
    ...(failure === undefined ? {} : { failure }),
  };
}
