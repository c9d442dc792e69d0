import { type RangeSet, span } from '../../src-shared/ranges/range-set';

/**
 * What a student that comes back says it misses: what is not on its disk, and where nothing is, the last unit all the
 * same, so that it takes part in one more transmission and can compare its chunks with the digests (PROTOCOL.md section 10.2).
 */
export function missingOnReturn(missing: RangeSet, unitCount: number): RangeSet {
  return missing.length > 0 ? missing : span(Math.max(0, unitCount - 1), unitCount);
}
