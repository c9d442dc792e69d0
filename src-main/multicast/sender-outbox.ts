import type { TeacherEvent, TransmissionMode } from '../../src-shared/ipc/events';
import type { TeacherMessage } from '../../src-shared/wire/messages';
import type { RepairPlan } from './retransmission-planner';
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

  tellAll(message: TeacherMessage): void {
    for (const member of this.scorecard.all) this.tell(member, message);
  }

  /** What a transmission is about to send, to whom and why. */
  announced(transmission: number, plan: RepairPlan, bytes: number): void {
    const { mode, units, students, why } = plan;
    this.event({
      event: 'announced',
      transfer: this.transfer,
      transmission,
      mode,
      ranges: this.layout.toBytes(units),
      bytes,
      students,
      why,
    });
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
  drain(mode: TransmissionMode, transmission: number): SenderOutput[] {
    if (this.changed) this.tellScorecard(mode, transmission);
    return this.queue.splice(0);
  }

  tellScorecard(mode: TransmissionMode, transmission: number): void {
    this.changed = false;
    this.event({
      event: 'scorecard',
      transfer: this.transfer,
      transmission: Math.max(0, transmission),
      permanent: this.scorecard.entries(mode, transmission),
      current: this.scorecard.current.map((member) => member.id),
    });
  }

  /** The transfer is over: the class is told, and the driver how it ended for whom. */
  finished(totals: { resentBytes: number; filledBytes: number; transmissions: number; durationMs: number }): void {
    const complete = this.scorecard.all.filter((member) => member.outcome === 'complete').map((member) => member.id);
    const failed = this.scorecard.all
      .filter((member) => member.outcome === 'failed')
      .map((member) => ({ id: member.id, reason: member.why }));
    this.tellAll({ type: 'finished', transfer: this.transfer });
    this.event({
      event: 'finished',
      transfer: this.transfer,
      ok: failed.length === 0 && complete.length > 0,
      complete,
      failed,
      bytes: this.layout.totalBytes,
      ...totals,
    });
    this.push({ kind: 'done' });
  }
}
