import { epochOf, kindOfDatagram, PACKET, sequenceOf } from '../../src-shared/wire/channel-datagram';
import type { ChannelMessage } from '../../src-shared/wire/channel-messages';
import type { Progress } from '../../src-shared/wire/progress';
import { PositionReports } from '../multicast/position-reports';

/** Tells a publisher how far a member is, so that it overruns no receive buffer (PROTOCOL.md sections 4.4 and 14.5). */
export class PositionTeller {
  private reports: PositionReports;
  private seen = { highest: 0, received: 0 };

  /** @param send `transmission` is the channel's index on its connection */
  constructor(
    private readonly channel: Uint8Array,
    private message: ChannelMessage,
    private readonly send: (position: Progress) => void,
  ) {
    this.reports = new PositionReports(message.positionMs, message.positionPackets);
  }

  get deadline(): number {
    return this.reports.deadline;
  }

  /** The publisher's latest word. */
  heard(message: ChannelMessage): void {
    const { epoch, positionMs, positionPackets } = this.message;
    if (message.epoch !== epoch) this.seen = { highest: 0, received: 0 };
    if (message.positionMs !== positionMs || message.positionPackets !== positionPackets)
      this.reports = new PositionReports(message.positionMs, message.positionPackets);
    this.message = message;
  }

  /** A datagram came from the group. @param isBehind its receiver does not keep up, and should not be followed further */
  passed(bytes: Uint8Array, isBehind: boolean, now: number): void {
    if (kindOfDatagram(bytes, this.channel) !== PACKET || epochOf(bytes) !== this.message.epoch) return;
    const numbers = Math.max(0, sequenceOf(bytes) - this.seen.highest);
    this.seen.highest += numbers;
    this.seen.received++;
    if (this.reports.passed(numbers, now)) this.tell(isBehind);
  }

  timeout(isBehind: boolean, now: number): void {
    if (this.deadline <= now) this.tell(isBehind);
  }

  private tell(isBehind: boolean): void {
    if (isBehind) return;
    this.reports.reported();
    this.send({ transmission: this.message.index, ...this.seen });
  }
}
