import type { HistoryEntry, HistoryMember } from '../../../src-shared/ipc/snapshots';
import { titleOf } from '../../stores/transfer-selectors';

/** A line of the list: a day, or a transfer of that day. */
export type HistoryLine =
  | { readonly kind: 'day'; readonly key: string; readonly time: number }
  | { readonly kind: 'entry'; readonly key: string; readonly entry: HistoryEntry };

/** The transfers, newest first, each day's under its day. */
export function linesOf(entries: readonly HistoryEntry[]): HistoryLine[] {
  const lines: HistoryLine[] = [];
  let lastDay = '';
  for (const entry of [...entries].sort((a, b) => b.createdAt - a.createdAt)) {
    const day = new Date(entry.createdAt).toDateString();
    if (day !== lastDay) lines.push({ kind: 'day', key: day, time: entry.createdAt });
    lastDay = day;
    lines.push({ kind: 'entry', key: entry.id, entry });
  }
  return lines;
}

/** Transfers of which a title, a path or a student's name holds what was typed, whatever the case. */
export function findEntries(entries: readonly HistoryEntry[], typed: string): readonly HistoryEntry[] {
  const wanted = typed.trim().toLocaleLowerCase();
  if (wanted === '') return entries;
  const holds = (text: string | undefined) => text?.toLocaleLowerCase().includes(wanted) ?? false;
  return entries.filter(
    ({ files, members }) =>
      files.some(({ path, title }) => holds(title) || holds(path)) || members.some(({ name }) => holds(name)),
  );
}

/** How many days ago, by the calendar and not by the clock. */
export function daysAgo(time: number, now: number): number {
  const midnight = (moment: number) => new Date(moment).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(time)) / 86_400_000);
}

export function completeOf({ members }: HistoryEntry): readonly HistoryMember[] {
  return members.filter(({ state }) => state === 'complete');
}

/** Who did not get everything, for whatever reason. */
export function incompleteOf({ members }: HistoryEntry): readonly HistoryMember[] {
  return members.filter(({ state }) => state !== 'complete');
}

/** A name for the whole, as the running transfer had it. */
export function titleOfEntry({ files }: HistoryEntry): { readonly title: string; readonly more: number } {
  return titleOf(
    files.map(({ path, size, title }) => ({
      path,
      size,
      start: 0,
      ...(title === undefined ? {} : { track: { title } }),
    })),
  );
}
