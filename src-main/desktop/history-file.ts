import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import type { ParsedArgument } from '../../src-shared/ipc/contract';
import type { HistoryEntry } from '../../src-shared/ipc/snapshots';
import { messageOf } from '../../src-shared/text/message-of';
import { historyAsCsv, historyAsJson } from '../classroom/history-export';
import { t } from './texts';

type Wanted = ParsedArgument<'exportHistory'>;

/** The history, or one transfer of it, as the file that was asked for. @throws Error where there is nothing. */
export function historyText(entries: readonly HistoryEntry[], { format, transfer }: Wanted): string {
  const chosen = transfer === undefined ? entries : entries.filter(({ id }) => id === transfer);
  if (chosen.length === 0) throw new Error(t('desktop:nothingToExport'));
  return format === 'csv' ? historyAsCsv(chosen) : historyAsJson(chosen);
}

/** Writes a file whole or not at all. @throws Error with one sentence for people. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}.new`;
  try {
    await writeFile(draft, text, { flag: 'wx', flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw new Error(t('desktop:notExported', { path, reason: messageOf(error) }));
  }
}
