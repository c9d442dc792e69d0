import type { IncomingState, IncomingView } from '../../src-shared/ipc/snapshots';
import type { Manifest } from '../../src-shared/wire/messages';
import { withSafeCovers } from '../library/cover-size';
import type { Leftover } from '../library/received-transfers';
import { coverage } from '../multicast/loss-map';
import type { ReceiverView } from '../multicast/receiver-io';
import type { TransferLayout } from '../multicast/transfer-layout';
import type { Clock } from './clock';
import { coversOf, filesOf } from './manifest-view';

/** How long a speed is measured before it is shown. */
const RATE_MS = 500;

/** What there is to know of a transfer before its first byte. */
export type FixedView = Pick<IncomingView, 'id' | 'from' | 'at' | 'files' | 'covers' | 'totalBytes'>;

/** Names, tags and covers of an offer as they may be shown. */
export function fixedView(
  transfer: Pick<IncomingView, 'id' | 'from' | 'at'>,
  manifest: Manifest,
  { totalBytes }: TransferLayout,
): FixedView {
  const safe = withSafeCovers(manifest);
  return { ...transfer, files: filesOf(safe), covers: coversOf(safe), totalBytes };
}

/** The picture of a transfer that is on its way. */
export class RunningView {
  private rate = { at: 0, bytes: 0, value: 0 };
  private left: Leftover;

  constructor(
    /** The part that stays the same, made once: windows ask ten times a second. */
    readonly fixed: FixedView,
    private readonly clock: Clock,
  ) {
    this.left = { missing: [[0, fixed.totalBytes]], missingBytes: fixed.totalBytes };
  }

  /** What was missing when the receiver had this transfer in hand last. */
  get leftover(): Leftover {
    return this.left;
  }

  of(view: ReceiverView, isConnected: boolean): IncomingView {
    const { fixed } = this;
    if (view.transfer === fixed.id) this.left = view;
    const { missing, missingBytes } = this.left;
    return {
      ...fixed,
      missingBytes,
      state: stateOf(view, isConnected),
      transmission: view.transmission,
      rate: isConnected ? this.rateOf(fixed.totalBytes - missingBytes) : 0,
      lossMap: coverage(missing, fixed.totalBytes),
      received: [],
    };
  }

  private rateOf(bytes: number): number {
    const now = this.clock.now();
    const elapsed = now - this.rate.at;
    if (elapsed >= RATE_MS) {
      const value = Math.max(0, ((bytes - this.rate.bytes) / elapsed) * 1000);
      // Three digits are all that anybody reads, and the rest would change every picture.
      this.rate = { at: now, bytes, value: Number(value.toPrecision(3)) };
    }
    return this.rate.value;
  }
}

function stateOf({ phase, transmission }: ReceiverView, isConnected: boolean): IncomingState {
  if (phase === 'storing') return 'storing';
  if (!isConnected) return 'interrupted';
  return transmission === 0 ? 'receiving' : 'repairing';
}
