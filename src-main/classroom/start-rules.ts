import type { Audience, GroupView, StartRule } from '../../src-shared/ipc/snapshots';
import { isFor, sizeOf } from './audience';

/** What the queue's policy knows of a transfer that waits. */
export interface Waiting {
  readonly audience: Audience;
  readonly start: StartRule;
}

/** The class as it is now. */
export interface ClassNow {
  /** Ids of the students that are connected. */
  readonly connected: readonly string[];
  readonly groups: readonly GroupView[];
  /** ms since 1970. */
  readonly time: number;
}

/** The transfer that starts next: the first whose rule holds. One that waits for something does not hold up those behind it. */
export function nextToStart<T extends Waiting>(queue: readonly T[], now: ClassNow): T | undefined {
  return queue.find((waiting) => mayStart(waiting, now));
}

/** Whether a transfer's rule holds. Nothing starts while nobody of its audience is there. */
export function mayStart({ audience, start }: Waiting, { connected, groups, time }: ClassNow): boolean {
  const present = connected.filter((student) => isFor(audience, student, groups)).length;
  if (present === 0) return false;
  switch (start.when) {
    case 'now':
      return true;
    // More than there are will never come: then all of them are enough.
    case 'ready':
      return present >= Math.min(start.students, sizeOf(audience, groups));
    case 'at':
      return time >= start.time;
    case 'asked':
      return false;
  }
}
