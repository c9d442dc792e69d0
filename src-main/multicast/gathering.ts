import { GATHER_PATIENCE_MS, PROBE_INTERVAL_MS } from './params';
import type { Member } from './scorecard';

/** Between an announcement and its data: who elects, who hears a probe, and how long the class waits for it (PROTOCOL.md section 4.2). */
export class Gathering {
  private readonly until: number;
  /** When the next probe is due; infinite while nobody waits for one. */
  private probeAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly members: () => readonly Member[],
    now: number,
  ) {
    this.until = now + GATHER_PATIENCE_MS;
  }

  /** Call when one more student listens for a probe. */
  listening(now: number): void {
    this.probeAt = Math.min(this.probeAt, now);
  }

  probeDue(now: number): boolean {
    return now >= this.probeAt;
  }

  probeSent(now: number): void {
    this.probeAt = this.awaitingProbe() ? now + PROBE_INTERVAL_MS : Number.POSITIVE_INFINITY;
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
    return this.members().every(
      (member) => !isAsked(member) || (member.elected !== undefined && member.probe !== 'awaited'),
    );
  }

  private awaitingProbe(): boolean {
    return this.members().some((member) => member.connected && member.probe === 'awaited');
  }
}

function isAsked(member: Member): boolean {
  return member.announced && member.connected && member.outcome === 'open';
}
