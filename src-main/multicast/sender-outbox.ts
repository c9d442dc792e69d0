import type { TeacherEvent } from '../../src-shared/ipc/events';
import type { TeacherMessage } from '../../src-shared/wire/messages';
import type { Member, Scorecard } from './scorecard';
import type { SenderOutput } from './sender-io';
import type { TransferLayout } from './transfer-layout';

/** Everything that the sender has for its driver, in order; however often the scorecard changes in one turn, it is told once. */
export class SenderOutbox {
  private readonly queue: SenderOutput[] = [];
  private changed = false;

  constructor(
    private readonly transfer: string,
    private readonly layout: TransferLayout,
    private readonly scorecard: Scorecard,
  ) {}

  push(output: SenderOutput): void {
    this.queue.push(output);
  }

  event(event: TeacherEvent): void {
    this.queue.push({ kind: 'event', event });
  }

  tell(member: Member, message: TeacherMessage, attachment?: Uint8Array): void {
    if (!member.connected) return;
    this.queue.push({ kind: 'message', to: member.id, message, ...(attachment === undefined ? {} : { attachment }) });
  }

  /** What a student misses, as it said in a report or when it came back. */
  report(member: Member, ip: string, transmission: number): void {
    this.event({
      event: 'report',
      student: member.id,
      ip,
      transmission: Math.max(0, transmission),
      missing: this.layout.toBytes(member.missing),
      missingBytes: this.layout.bytesIn(member.missing),
    });
  }

  /** A loss that is not repaired (requirement A11). */
  unrecoverable(member: Member, reason: string): void {
    this.event({ event: 'unrecoverable', student: member.id, ranges: this.layout.toBytes(member.missing), reason });
  }

  scorecardChanged(): void {
    this.changed = true;
  }

  /** Takes everything; a changed scorecard comes last. */
  drain(mode: 'plain' | 'tcp', transmission: number): SenderOutput[] {
    if (this.changed) this.tellScorecard(mode, transmission);
    return this.queue.splice(0);
  }

  tellScorecard(mode: 'plain' | 'tcp', transmission: number): void {
    this.changed = false;
    this.event({
      event: 'scorecard',
      transfer: this.transfer,
      transmission: Math.max(0, transmission),
      permanent: this.scorecard.entries(mode, transmission),
      current: this.scorecard.current.map((member) => member.id),
    });
  }
}
