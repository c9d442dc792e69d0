import { decodeRanges } from '../../src-shared/ranges/range-codec';
import type { TeacherMessage } from '../../src-shared/wire/messages';
import { WireError } from '../../src-shared/wire/wire-error';
import { REPORT_PATIENCE_MS } from './params';
import type { RepairPlan } from './retransmission-planner';
import type { Member, Scorecard } from './scorecard';
import type { SenderOutbox } from './sender-outbox';
import type { TransferLayout } from './transfer-layout';

/** After a transmission: who owes a report, what it says, and how long the class waits for it (PROTOCOL.md section 4.2). */
export class Reporting {
  private until = 0;

  constructor(
    private readonly scorecard: Scorecard,
    private readonly outbox: SenderOutbox,
    private readonly layout: TransferLayout,
  ) {}

  /** When the class goes on without the reports that are still due, ms. */
  get deadline(): number {
    return this.until;
  }

  /** Tells everybody who was asked to the transmission that it is over; each owes a report from now on. */
  ask(end: Extract<TeacherMessage, { type: 'end' }>, now: number): void {
    this.until = now + REPORT_PATIENCE_MS;
    for (const member of this.scorecard.all) {
      if (!member.connected || !member.announced || member.outcome !== 'open') continue;
      Object.assign(member, { reportDueSince: now, reportDueFor: end.transmission });
      this.outbox.tell(member, end);
    }
  }

  /**
   * A student's report (requirement A4). @returns false where it owes none.
   * @throws WireError where it names what cannot be
   */
  take(
    member: Member,
    message: { transmission: number; ip: string; forged: number },
    attachment: Uint8Array,
    plan: RepairPlan,
    now: number,
  ): boolean {
    if (member.outcome !== 'open' || member.reportDueSince === undefined) return false;
    // A late report is of the transmission that it was asked about, not of the one that runs now.
    if (message.transmission !== member.reportDueFor) return false;
    const { units: missing, parity } = this.layout.split(decodeRanges(attachment, this.layout.numberCount));
    if (message.forged > this.layout.chunkCount + 1)
      throw new WireError('a report counts more forged chunks than there are');
    const said = { missing, heldParity: parity, forged: message.forged };
    this.scorecard.report(member, said, plan.mode, plan.units);
    this.outbox.report(member, message.ip, message.transmission);
    if (!member.current) Object.assign(member, { outcome: 'storing', storingSince: now });
    this.outbox.scorecardChanged();
    this.outbox.push({ kind: 'save' });
    return true;
  }

  /** Nobody who is here owes a report, or the class has waited long enough. */
  isComplete(now: number): boolean {
    if (now >= this.until) return true;
    return !this.scorecard.all.some(
      (member) => member.connected && member.outcome === 'open' && member.reportDueSince !== undefined,
    );
  }
}
