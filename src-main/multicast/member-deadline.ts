import { FILL_STALL_MS, REJOIN_GRACE_MS, REPORT_LIMIT_MS, STORE_LIMIT_MS } from './params';
import type { Member } from './scorecard';

/** When a student is given up, and what the teacher will read then. */
export interface MemberDeadline {
  /** ms */
  readonly at: number;
  readonly reason: string;
}

/**
 * How long the transfer waits for one student (PROTOCOL.md section 4.6): nobody is waited for without a bound.
 * @param fillMovedAt when its fill last moved, ms; undefined where none is under way
 */
export function memberDeadline(
  member: Member,
  fillMovedAt: number | undefined,
  rejoinGraceMs: number = REJOIN_GRACE_MS,
): MemberDeadline | undefined {
  if (member.outcome === 'complete' || member.outcome === 'failed') return undefined;
  if (!member.connected) {
    return { at: member.awaySince + rejoinGraceMs, reason: 'its connection was lost and it did not come back' };
  }
  if (member.outcome === 'storing') {
    return { at: member.storingSince + STORE_LIMIT_MS, reason: 'it did not confirm that its files are stored' };
  }
  if (member.reportDueSince !== undefined) {
    return { at: member.reportDueSince + REPORT_LIMIT_MS, reason: 'it did not report what it misses' };
  }
  if (fillMovedAt === undefined) return undefined;
  return { at: fillMovedAt + FILL_STALL_MS, reason: 'it stopped taking its data over TCP' };
}
