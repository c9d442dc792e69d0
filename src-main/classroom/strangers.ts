import type { StudentIdentity } from '../../src-shared/ipc/events';

/** A class that comes at once; a teacher looks at a handful. */
const MAX_STRANGERS = 50;
/** A hostile machine that makes up hundreds only pushes out its own. */
const MAX_OF_ADDRESS = 10;
/** Who has not tried again for so long has given up. */
const FORGET_AFTER_MS = 10 * 60_000;

/** Devices that tried to come in without being paired, newest first. */
export class Strangers {
  private seen: readonly { readonly stranger: StudentIdentity; readonly at: number }[] = [];

  /** One of them tried (again). @param now ms */
  saw(stranger: StudentIdentity, now: number): void {
    const others = this.seen.filter((entry) => entry.stranger.id !== stranger.id);
    let left = MAX_OF_ADDRESS;
    this.seen = [{ stranger, at: now }, ...others]
      .filter((entry) => entry.stranger.ip !== stranger.ip || left-- > 0)
      .slice(0, MAX_STRANGERS);
  }

  /** It is paired now. */
  forget(id: string): void {
    this.seen = this.seen.filter(({ stranger }) => stranger.id !== id);
  }

  /** Those who tried lately. @param now ms */
  list(now: number): readonly StudentIdentity[] {
    return this.seen.filter(({ at }) => now - at < FORGET_AFTER_MS).map(({ stranger }) => stranger);
  }
}
