/**
 * Pictures of the engines' state travel to the window as the difference from the picture before: plain data made of
 * objects, arrays, strings, numbers, booleans, null and typed arrays, none of it ever changed in place.
 */

/** The difference between two pictures of one role, as it travels to the window. */
export interface SnapshotChange {
  readonly role: 'teacher' | 'student';
  readonly patch: Patch;
}

/** What has to be done to one value; which of the three it is follows from what that value is. */
export type Patch = Replacement | ContainerPatch | CellsPatch;

/** The value is another one. */
interface Replacement {
  readonly is: unknown;
}

/** Parts of an object or an array are other ones, by key or by place. */
interface ContainerPatch {
  /** Arrays only: the place that each item had before, or -1 for a new one; absent where all stayed. */
  readonly order?: readonly number[];
  /** Objects only: keys that went away. */
  readonly drop?: readonly string[];
  /** New and replaced parts. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Parts that are changed in themselves. */
  readonly in?: Readonly<Record<string, Patch>>;
}

/** The cells of a typed array from `from` on are these. */
interface CellsPatch {
  readonly from: number;
  readonly cells: Cells;
}

type Cells = Uint8Array | Uint16Array;
type Container = Readonly<Record<string, unknown>> | readonly unknown[];

/** What turns `before` into `after`; undefined where they are equal. */
export function diff(before: unknown, after: unknown): Patch | undefined {
  if (Object.is(before, after)) return undefined;
  if (isCells(before) && isCells(after)) return diffCells(before, after);
  if (Array.isArray(before) && Array.isArray(after)) return diffArrays(before, after);
  if (isRecord(before) && isRecord(after)) return diffRecords(before, after);
  return { is: after };
}

/** `before` with the patch carried out; every part that the patch does not touch keeps its identity. */
export function apply<T>(before: T, patch: Patch): T;
export function apply(before: unknown, patch: Patch): unknown {
  if ('is' in patch) return patch.is;
  if ('cells' in patch) return applyCells(before, patch);
  return Array.isArray(before) ? applyToArray(before, patch) : applyToRecord(before, patch);
}

function diffCells(before: Cells, after: Cells): Patch | undefined {
  if (before.constructor !== after.constructor || before.length !== after.length) return { is: after };
  const from = after.findIndex((value, place) => value !== before[place]);
  if (from < 0) return undefined;
  const end = after.findLastIndex((value, place) => value !== before[place]) + 1;
  return { from, cells: after.slice(from, end) };
}

function diffArrays(before: readonly unknown[], after: readonly unknown[]): Patch | undefined {
  const order = orderOf(before, after);
  const old = order === undefined ? before : arrange(before, order);
  const parts = diffParts(old, after, after.keys());
  return order === undefined ? parts : { ...parts, order };
}

function diffRecords(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) {
  const parts = diffParts(before, after, Object.keys(after));
  const drop = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return drop.length === 0 ? parts : { ...parts, drop };
}

function diffParts(before: Container, after: Container, keys: Iterable<string | number>): ContainerPatch | undefined {
  const set: Record<string, unknown> = {};
  const inner: Record<string, Patch> = {};
  for (const key of keys) {
    const value = partOf(after, key);
    const patch = Object.hasOwn(before, key) ? diff(partOf(before, key), value) : { is: value };
    if (patch === undefined) continue;
    if ('is' in patch) set[key] = patch.is;
    else inner[key] = patch;
  }
  const patch = { ...(isEmpty(set) ? {} : { set }), ...(isEmpty(inner) ? {} : { in: inner }) };
  return isEmpty(patch) ? undefined : patch;
}

/** Where each item was before: things with an `id` by it, others by place. undefined where nothing moved. */
function orderOf(before: readonly unknown[], after: readonly unknown[]): number[] | undefined {
  const stayed = before.length === after.length && after.every((item, place) => idOf(item) === idOf(before[place]));
  if (stayed) return undefined;
  const places = new Map(before.map((item, place) => [idOf(item) ?? place, place]));
  return after.map((item, place) => places.get(idOf(item) ?? place) ?? -1);
}

function arrange(items: readonly unknown[], order: readonly number[]): unknown[] {
  const arranged: unknown[] = new Array(order.length);
  order.forEach((from, place) => {
    if (from >= 0) arranged[place] = items[from];
  });
  return arranged;
}

function applyCells(before: unknown, { from, cells }: CellsPatch): unknown {
  if (!isCells(before)) return before;
  const after = before.slice();
  after.set(cells, from);
  return after;
}

function applyToArray(before: readonly unknown[], patch: ContainerPatch): unknown[] {
  const after = patch.order === undefined ? [...before] : arrange(before, patch.order);
  for (const [place, value] of Object.entries(patch.set ?? {})) after[Number(place)] = value;
  for (const [place, inner] of Object.entries(patch.in ?? {}))
    after[Number(place)] = apply(after[Number(place)], inner);
  return after;
}

function applyToRecord(before: unknown, patch: ContainerPatch): unknown {
  if (!isRecord(before)) return before;
  const after: Record<string, unknown> = { ...without(before, patch.drop), ...patch.set };
  for (const [key, inner] of Object.entries(patch.in ?? {})) after[key] = apply(before[key], inner);
  return after;
}

function without(record: Readonly<Record<string, unknown>>, keys: readonly string[] | undefined) {
  if (keys === undefined) return record;
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}

function partOf(container: Container, key: string | number): unknown {
  return Reflect.get(container, key);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function isCells(value: unknown): value is Cells {
  return value instanceof Uint8Array || value instanceof Uint16Array;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isCells(value);
}

function idOf(item: unknown): unknown {
  return isRecord(item) && typeof item.id === 'string' ? item.id : undefined;
}
