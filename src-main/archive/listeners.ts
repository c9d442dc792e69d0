import { span } from '../../src-shared/ranges/range-set';
import { MIN_WINDOW_DATAGRAMS } from '../multicast/params';
import { type MovedOff, Transmission } from '../multicast/transmission';
import { SEQUENCE_END } from './packet';

/** Who was moved off is looked at again this often: ms. */
const RETURN_MS = 500;

/**
 * The epoch's packets as one endless transmission, and how far each listener is (PROTOCOL.md sections 7.3 and 14.5). Who was
 * moved off and has caught up is followed again.
 */
export class Listeners {
  readonly running: Transmission;
  private readonly away = new Set<string>();
  private lookedAt: number;

  constructor(
    private readonly first: number,
    now: number,
  ) {
    this.running = new Transmission(span(first, SEQUENCE_END), first, now, MIN_WINDOW_DATAGRAMS);
    this.lookedAt = now;
  }

  add(member: string): void {
    this.running.addListener(member);
  }

  remove(member: string): void {
    this.running.removeListener(member);
    this.away.delete(member);
  }

  progress(member: string, highest: number, received: number): void {
    if (highest >= this.first) this.running.progress(member, highest, received);
  }

  moved(off: readonly MovedOff[]): void {
    for (const { student } of off) this.away.add(student);
  }

  /** Follows those again who are as far as the others. */
  welcomeBack(now: number): void {
    if (now - this.lookedAt < RETURN_MS) return;
    this.lookedAt = now;
    for (const member of this.away) {
      const position = this.running.deliveredTo(member)?.position ?? 0;
      if (this.running.sent - position > MIN_WINDOW_DATAGRAMS / 2) continue;
      this.away.delete(member);
      this.running.removeListener(member);
      this.running.addListener(member);
    }
  }
}
