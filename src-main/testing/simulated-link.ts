import type { VirtualClock } from './virtual-clock';

/** What happens to packets on their way. Probabilities 0…1, times in ms. */
export interface LinkFaults {
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly delay: number;
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
