import type { VirtualClock } from './virtual-clock';

/** What happens to packets on their way. Probabilities 0…1, times in ms. */
export interface LinkFaults {
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly delay: number;
}

/** A line that takes so many packets a second, and a few at once; what is more is lost (a policer: nftables' `limit`). */
export class NarrowLine {
  private room: number;
  private at = 0;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.room = burst;
  }

  /** Whether a packet gets through. */
  takes(now: number): boolean {
    this.room = Math.min(this.burst, this.room + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
    if (this.room < 1) return false;
    this.room--;
    return true;
  }
}

/** Carries one packet: late, twice, out of order or not at all. */
export function carry(faults: LinkFaults, clock: VirtualClock, random: () => number, arrive: () => void): void {
  const copies = random() < faults.duplicate ? 2 : 1;
  for (let i = 0; i < copies; i++) {
    if (random() < faults.loss) continue;
    const late = random() < faults.reorder ? random() * 5 * (faults.delay + 1) : 0;
    clock.schedule(clock.now + faults.delay + late, arrive);
  }
}
