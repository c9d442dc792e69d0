/** One run of bytes of a file: `start` and `end` are both part of it. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Digits enough for any file, few enough that the number is exact. */
const SINGLE_RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/i;

/**
 * What a Range header asks of a file of `size` bytes (RFC 9110 section 14.2). A header that is absent, of another unit
 * or form, or that asks for several ranges is ignored, as the RFC allows: the whole file answers it.
 */
export function rangeOf(header: string | null, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const [, first, last] = SINGLE_RANGE.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'whole';
  if (first === '') return suffixOf(Number(last), size);
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return 'whole';
  return start < size ? { start, end } : 'unsatisfiable';
}

function suffixOf(length: number, size: number): ByteRange | 'unsatisfiable' {
  return length === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - length), end: size - 1 };
}
