import type { Announce } from '../../src-shared/wire/messages';
import { WireError } from '../../src-shared/wire/wire-error';

/** How a transmission ended, as `end` tells. */
export interface TransmissionEnd {
  readonly transmission: number;
  readonly lastSequence: number;
  readonly root: string;
}

interface Pending {
  readonly announce: Announce;
  readonly attachment: Uint8Array;
  /** The end of its transmission, where that came meanwhile as well. */
  readonly end: TransmissionEnd | undefined;
}

/** The latest announcement that came while the disk was busy: a later one takes its place. */
export class PendingAnnouncement {
  private pending: Pending | undefined;

  /**
   * Keeps an announcement until the disk is done, with the description from an earlier one of the same transfer.
   * @param inHand the transfer that needs no description
   * @throws WireError where nobody has described the transfer
   */
  keep(announce: Announce, attachment: Uint8Array, inHand: string | undefined): void {
    const earlier = this.pending?.announce;
    const offer = announce.offer ?? (earlier?.transfer === announce.transfer ? earlier.offer : undefined);
    if (offer === undefined && announce.transfer !== inHand) throw unknownTransfer();
    const described = { ...announce, ...(offer === undefined ? {} : { offer }) };
    this.pending = { announce: described, attachment, end: undefined };
  }

  /** The transmission ended. @returns false where another transfer's announcement, or none, is kept. */
  keepEnd(transfer: string, end: TransmissionEnd): boolean {
    if (this.pending?.announce.transfer !== transfer) return false;
    this.pending = { ...this.pending, end };
    return true;
  }

  /** Forgets what is kept of a transfer. */
  forget(transfer: string | undefined): void {
    if (this.pending?.announce.transfer === transfer) this.clear();
  }

  clear(): void {
    this.pending = undefined;
  }

  /** Takes what is kept. */
  take(): Pending | undefined {
    const { pending } = this;
    this.clear();
    return pending;
  }
}

/** An announcement that its student can do nothing with. */
export function unknownTransfer(): WireError {
  return new WireError('an announcement of an unknown transfer came without its description');
}
