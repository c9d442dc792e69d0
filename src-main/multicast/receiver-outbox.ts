import type { StudentEvent } from '../../src-shared/ipc/events';
import { encodeRanges } from '../../src-shared/ranges/range-codec';
import { type RangeSet, union } from '../../src-shared/ranges/range-set';
import type { Announce, StudentMessage } from '../../src-shared/wire/messages';
import { carried } from './parity-planner';
import type { ReceiverOutput } from './receiver-io';
import type { TransferLayout } from './transfer-layout';

/** Everything that the receiver has for its driver, in order. */
export class ReceiverOutbox {
  private readonly queue: ReceiverOutput[] = [];

  get isEmpty(): boolean {
    return this.queue.length === 0;
  }

  /** Takes everything. */
  drain(): ReceiverOutput[] {
    return this.queue.splice(0);
  }

  push(output: ReceiverOutput): void {
    this.queue.push(output);
  }

  send(message: StudentMessage, attachment?: Uint8Array): void {
    this.queue.push({ kind: 'message', message, ...(attachment === undefined ? {} : { attachment }) });
  }

  event(event: StudentEvent): void {
    this.queue.push({ kind: 'event', event });
  }

  /** What the teacher announced, as this student sees it. */
  announced(announce: Announce, units: RangeSet, parity: RangeSet, layout: TransferLayout): void {
    const { transfer, transmission, mode } = announce;
    const [ranges, bytes] = [layout.toBytes(units), layout.bytesIn(carried(units, parity, layout))];
    this.event({ event: 'announced', transfer, transmission, mode, ranges, bytes });
  }

  /** This student takes part, or stays off, and says why (requirement A7). */
  elect(announce: Announce, join: boolean, why: string): void {
    const { transfer, transmission } = announce;
    this.send({ type: 'elect', transfer, transmission, join, why });
    this.event({ event: 'elected', transmission, join, why });
  }

  /** Whether a probe was heard on the group. */
  ready(announce: Announce, probeSeen: boolean): void {
    const { transfer, transmission } = announce;
    this.send({ type: 'ready', transfer, transmission, probeSeen });
  }

  /** What is missing after a transmission (requirement A4). */
  report(
    about: { transfer: string; transmission: number; ip: string; forged: number },
    missing: RangeSet,
    heldParity: RangeSet,
    layout: TransferLayout,
  ): void {
    const { transmission } = about;
    this.send({ type: 'report', ...about }, encodeRanges(union(missing, heldParity)));
    const [ranges, missingBytes] = [layout.toBytes(missing), layout.bytesIn(missing)];
    this.event({ event: 'report', transmission, missing: ranges, missingBytes });
  }
}
