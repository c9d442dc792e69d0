import type { SubscriberEvent } from '../../src-shared/ipc/channel-events';
import type { PacketNumber } from '../archive/packet';

/** Where a channel is as its packets come in their order: what is new of them, what is missing between them. */
export class ChannelOrder {
  /** The number that is expected next; undefined before the first packet. */
  private next: PacketNumber | undefined;

  constructor(
    private readonly subject: string,
    /** The last packet that was delivered before. */
    after: PacketNumber | undefined,
    private readonly tell: (event: SubscriberEvent) => void,
  ) {
    if (after !== undefined) this.next = { epoch: after.epoch, sequence: after.sequence + 1 };
  }

  /**
   * Takes the next packets, `count` of them from a number on.
   * @returns how many of the first were there before, and how many are missing between the last ones and these.
   */
  take({ epoch, sequence }: PacketNumber, count: number): { known: number; missing: number } {
    const { next } = this;
    if (next !== undefined && epoch < next.epoch) return { known: count, missing: 0 };
    if (next === undefined || epoch > next.epoch) {
      this.begin({ epoch, sequence }, next === undefined);
      this.next = { epoch, sequence: sequence + count };
      return { known: 0, missing: 0 };
    }
    const known = Math.min(count, Math.max(0, next.sequence - sequence));
    const missing = Math.max(0, sequence - next.sequence);
    if (missing > 0) this.tell({ event: 'gap', subject: this.subject, epoch, ranges: [[next.sequence, sequence]] });
    this.next = { epoch, sequence: Math.max(next.sequence, sequence + count) };
    return { known, missing };
  }

  private begin(from: PacketNumber, isFirst: boolean): void {
    if (isFirst) this.tell({ event: 'joined', subject: this.subject, from });
    else this.tell({ event: 'epoch', subject: this.subject, ...from });
  }
}
