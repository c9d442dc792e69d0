/** Places that Page Up and Page Down pass over. */
const PAGE_ROWS = 10;

/**
 * Where a key takes the focus in a list of `count` items that are laid out in `columns`; undefined for a key that means
 * nothing here.
 */
export function nextIndex(key: string, index: number, count: number, columns: number): number | undefined {
  const targets: Readonly<Record<string, number>> = {
    ArrowUp: index - columns,
    ArrowDown: index + columns,
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    PageUp: index - PAGE_ROWS * columns,
    PageDown: index + PAGE_ROWS * columns,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key];
  return target === undefined || count === 0 ? undefined : Math.max(0, Math.min(count - 1, target));
}
