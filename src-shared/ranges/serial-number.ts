/** 32-bit serial numbers: order that survives the wrap at 2^32 (RFC 1982 section 3.2, SERIAL_BITS = 32). */

/** The number `count` steps after `serial` (RFC 1982 section 3.1). */
export function serialAdd(serial: number, count: number): number {
  return (serial + count) >>> 0;
}

/** Signed distance from `from` to `to`: positive when `to` is later. -2^31 for the undefined opposite point. */
export function serialDistance(from: number, to: number): number {
  return (to - from) | 0;
}

export function serialIsAfter(a: number, b: number): boolean {
  return serialDistance(b, a) > 0;
}
