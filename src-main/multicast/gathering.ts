import type { Announcement } from './announcement';
import { GATHER_PATIENCE_MS, PROBE_INTERVAL_MS } from './params';
import type { RepairPlan } from './retransmission-planner';
import type { Member, Scorecard } from './scorecard';
import type { SenderOutbox } from './sender-outbox';

/**
 * One transmission's announcement and what comes of it: who is asked, who elects, who hears a probe, and how long the
 * class waits for it (PROTOCOL.md section 4.2).
 */
export class Gathering {
  private readonly until: number;
  /** When the next probe is due; infinite while nobody waits for one. */
  private probeAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly scorecard: Scorecard,
    private readonly outbox: SenderOutbox,
    private readonly plan: RepairPlan,
    private readonly announcement: Announcement,
    now: number,
  ) {
    this.until = now + GATHER_PATIENCE_MS;
  }

  /** Announces the transmission to a student, which may elect from now on. @returns false where that is of no use. */
  announceTo(member: Member): boolean {
    if (!member.connected || member.outcome === 'failed') return false;
    const { bare, whole, units } = this.announcement;
    this.outbox.tell(member, member.offered || member.outcome === 'complete' ? bare : whole, units);
    member.announced = true;
    member.offered = true;
    return true;
  }

  /** A student takes part or stays off (requirement A7). @returns false where it was not asked. */
  elected(member: Member, message: { transmission: number; join: boolean; why: string }, now: number): boolean {
    const { transmission, join, why } = message;
    if (!this.isCurrent(transmission) || !member.announced || member.elected !== undefined) return false;
    member.elected = join;
    member.probe = join && this.plan.mode !== 'tcp' ? 'awaited' : 'none';
    if (member.probe === 'awaited') this.probeAt = Math.min(this.probeAt, now);
    member.why = this.plan.mode === 'tcp' && join ? this.plan.why : '';
    this.outbox.event({ event: 'elected', student: member.id, transmission, join, why });
    this.outbox.scorecardChanged();
    return true;
  }

  /** A student heard a probe, or gave up listening for one. @returns false where it was not asked. */
  ready(member: Member, message: { transmission: number; probeSeen: boolean }): boolean {
    if (!this.isCurrent(message.transmission) || member.probe !== 'awaited') return false;
    member.probe = message.probeSeen ? 'seen' : 'none';
    if (!message.probeSeen) {
      member.multicastPath = false;
      member.why = 'no multicast reaches it: it gets its data over TCP';
    }
    this.outbox.scorecardChanged();
    return true;
  }

  /** Probes go out while the class gathers, and for each late joiner until it has heard one. */
  probeDue(now: number): boolean {
    return now >= this.probeAt;
  }

  probeSent(now: number): void {
    const isAwaited = this.scorecard.all.some((member) => member.connected && member.probe === 'awaited');
    this.probeAt = isAwaited ? now + PROBE_INTERVAL_MS : Number.POSITIVE_INFINITY;
  }

  /** When the next probe leaves, ms. */
  get probeDeadline(): number {
    return this.probeAt;
  }

  /** When waiting ends whoever is still to answer, ms. */
  get deadline(): number {
    return this.until;
  }

  /** Everybody who was asked has elected and, if it joined, said whether it hears the group. */
  isComplete(now: number): boolean {
    if (now >= this.until) return true;
    return this.scorecard.all.every(
      (member) => !isAsked(member) || (member.elected !== undefined && member.probe !== 'awaited'),
    );
  }

  /** Somebody is on the data channel, or may yet turn out to be. */
  get hasListeners(): boolean {
    return this.scorecard.all.some(
      (member) => member.connected && member.outcome === 'open' && member.probe !== 'none',
    );
  }

  private isCurrent(transmission: number): boolean {
    return transmission === this.announcement.bare.transmission;
  }
}

function isAsked(member: Member): boolean {
  return member.announced && member.connected && member.outcome === 'open';
}
