import type { Clock } from './clock';

/** How often addresses and time are looked at: a list of a few interfaces costs a tenth of a millisecond. */
const LOOK_EVERY_MS = 2_000;
/** A look that is so late by the wall clock was not late: the computer slept. */
const SLEPT_MS = 15_000;

export interface NetworkWatchOptions {
  /** Own addresses, in any order. */
  addresses(): readonly string[];
  /** Wall time in ms, which goes on while the computer sleeps. */
  wallTime(): number;
  readonly clock: Clock;
  /** The addresses are others now, or the computer slept. */
  onChange(): void;
}

/** Notices that this computer is in another network, or that it slept. @returns what ends the watch. */
export function watchNetwork({ addresses, wallTime, clock, onChange }: NetworkWatchOptions): () => void {
  const look = () => ({ addresses: [...addresses()].sort().join(' '), time: wallTime() });
  let last = look();
  let cancel = () => {};
  const schedule = () => {
    cancel = clock.after(LOOK_EVERY_MS, () => {
      const before = last;
      last = look();
      schedule();
      if (last.addresses !== before.addresses || last.time - before.time > SLEPT_MS) onChange();
    });
  };
  schedule();
  return () => cancel();
}
