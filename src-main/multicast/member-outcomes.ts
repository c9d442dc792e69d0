import { EMPTY } from '../../src-shared/ranges/range-set';
import { memberDeadline } from './member-deadline';
import { EXPIRY_CHECK_MS } from './params';
import type { Member, Scorecard } from './scorecard';
import type { SenderOutbox } from './sender-outbox';

/** How the transfer ends for each student: complete, or failed for a reason that is recorded (PROTOCOL.md section 4.6). */
export class MemberOutcomes {
  private expiryAt: number;

  /**
   * @param detach ends what is being sent for a student
   * @param rejoinGraceMs how long the transfer waits for a student that was cut off, ms
   */
  constructor(
    private readonly scorecard: Scorecard,
    private readonly outbox: SenderOutbox,
    private readonly detach: (student: string) => void,
    private readonly rejoinGraceMs: number | undefined,
    now: number,
  ) {
    this.expiryAt = now + EXPIRY_CHECK_MS;
  }

  /** When members are next looked at for having taken too long, ms. */
  get deadline(): number {
    return this.expiryAt;
  }

  /** Everybody has an outcome. */
  get areSettled(): boolean {
    return this.scorecard.all.every((member) => member.outcome === 'complete' || member.outcome === 'failed');
  }

  /** A student has stored everything. */
  complete(member: Member): void {
    Object.assign(member, { outcome: 'complete', current: false, missing: EMPTY, reportDueSince: undefined, why: '' });
    this.detach(member.id);
    this.outbox.push({ kind: 'save' });
  }

  /** Records a loss that is not repaired: which student, which ranges, why (requirement A11). */
  fail(member: Member, reason: string): void {
    if (member.outcome === 'failed' || member.outcome === 'complete') return;
    Object.assign(member, { outcome: 'failed', current: false, why: reason, reportDueSince: undefined });
    this.detach(member.id);
    this.outbox.unrecoverable(member, reason);
    this.outbox.push({ kind: 'save' });
  }

  /**
   * Fails those who have taken too long, every EXPIRY_CHECK_MS.
   * @param fillMovedAt when a student's fill last moved, ms; undefined where none is under way
   */
  expire(fillMovedAt: (student: string) => number | undefined, now: number): void {
    if (now < this.expiryAt) return;
    this.expiryAt = now + EXPIRY_CHECK_MS;
    for (const member of this.scorecard.all) {
      const due = memberDeadline(member, fillMovedAt(member.id), this.rejoinGraceMs);
      if (due !== undefined && now >= due.at) this.fail(member, due.reason);
    }
  }
}
