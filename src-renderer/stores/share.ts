/**
 * The next value with every part that equals the previous one replaced by that previous part, so that what has not
 * changed keeps its identity and is not drawn again. Objects with an `id` in an array are matched by it, others by place.
 */
export function share<T>(previous: T, next: T): T;
export function share(previous: unknown, next: unknown): unknown {
  if (Object.is(previous, next)) return previous;
  if (isBytes(previous) && isBytes(next)) return sameCells(previous, next) ? previous : next;
  if (Array.isArray(previous) && Array.isArray(next)) return shareArray(previous, next);
  if (isRecord(previous) && isRecord(next)) return shareRecord(previous, next);
  return next;
}

type Cells = Uint8Array | Uint16Array;

function shareArray(previous: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  const byId = new Map(previous.map((item) => [idOf(item), item]));
  const shared = next.map((item, place) => {
    const id = idOf(item);
    return share(idOf(previous[place]) === id ? previous[place] : byId.get(id), item);
  });
  const same = shared.length === previous.length && shared.every((item, place) => Object.is(item, previous[place]));
  return same ? previous : shared;
}

function shareRecord(previous: Record<string, unknown>, next: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(next).map(([key, value]) => [key, share(previous[key], value)] as const);
  const same =
    Object.keys(previous).length === entries.length &&
    entries.every(([key, value]) => Object.hasOwn(previous, key) && Object.is(value, previous[key]));
  return same ? previous : Object.fromEntries(entries);
}

function sameCells(a: Cells, b: Cells): boolean {
  return a.constructor === b.constructor && a.length === b.length && a.every((value, i) => value === b[i]);
}

function isBytes(value: unknown): value is Cells {
  return value instanceof Uint8Array || value instanceof Uint16Array;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isBytes(value);
}

function idOf(item: unknown): unknown {
  return isRecord(item) && typeof item.id === 'string' ? item.id : undefined;
}
