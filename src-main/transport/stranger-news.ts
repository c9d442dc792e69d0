import { MessageBudget } from './message-budget';

/** A class that comes at once, and then what a person can look at. */
const ALL = { atOnce: 50, perSecond: 2 };
/** So that one machine that knocks all day leaves the others their turns. */
const OF_ADDRESS = { atOnce: 10, perSecond: 0.2 };
const MAX_ADDRESSES = 256;

/** Which of the strangers at the door the teacher is told of (PROTOCOL.md section 11). */
export class StrangerNews {
  private readonly all: MessageBudget;
  /** The one that knocked longest ago comes first. */
  private readonly addresses = new Map<string, MessageBudget>();

  /** @param now ms */
  constructor(now: number) {
    this.all = new MessageBudget(ALL.perSecond, ALL.atOnce, now);
  }

  /** Whether to tell of one more from this address; then it counts. @param now ms */
  mayTell(address: string, now: number): boolean {
    const own = this.addresses.get(address) ?? new MessageBudget(OF_ADDRESS.perSecond, OF_ADDRESS.atOnce, now);
    this.addresses.delete(address);
    this.addresses.set(address, own);
    const [oldest] = this.addresses.keys();
    if (this.addresses.size > MAX_ADDRESSES && oldest !== undefined) this.addresses.delete(oldest);
    return own.spend(now) && this.all.spend(now);
  }
}
