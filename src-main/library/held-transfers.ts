import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { encodeRanges } from '../../src-shared/ranges/range-codec';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import { MAX_HELD_TRANSFERS, MAX_HELLO_BYTES } from '../../src-shared/wire/limits';
import { type Hello, type Offer, offerSchema } from '../../src-shared/wire/messages';
import { TransferLayout } from '../multicast/transfer-layout';
import { replaceFile } from './atomic-file';
import { makeFolders } from './folders';
import { StorageError } from './library-error';
import { PartialJournal } from './partial-journal';
import { partialFolder } from './partial-transfer';

/** What a student remembers of transfers between two runs: PROTOCOL.md section 10. */

const TRANSFER_ID = /^[0-9a-f]{16}$/;
const completedSchema = z.array(z.string().regex(TRANSFER_ID)).max(MAX_HELD_TRANSFERS);

/** A transfer that was interrupted. */
export interface InterruptedTransfer {
  readonly transfer: string;
  readonly offer: Offer;
  /** Units missing by the journal; opening the partial transfer may find more. */
  readonly missing: RangeSet;
  /** When its journal was last written, ms since 1970. */
  readonly touched: number;
}

/** The interrupted transfers in a directory of partial transfers, latest first. What is damaged is left out. */
export async function interruptedTransfers(directory: string): Promise<InterruptedTransfer[]> {
  const names = await readdir(directory).catch(() => []);
  const found = await Promise.all(
    names.filter((name) => TRANSFER_ID.test(name)).map((id) => interrupted(directory, id)),
  );
  return found.filter((transfer) => transfer !== undefined).sort((a, b) => b.touched - a.touched);
}

/** Ids of the transfers completed last, latest first. */
export async function completedTransfers(directory: string): Promise<string[]> {
  try {
    return completedSchema.parse(JSON.parse(await readFile(completedPath(directory), 'utf8')));
  } catch {
    // Not there, or damaged: then the teacher offers once more, and files that are there already are skipped.
    return [];
  }
}

/**
 * Remembers a completed transfer, so that a teacher who did not hear of it is told. Call it before the partial transfer is discarded.
 * @throws StorageError
 */
export async function rememberCompleted(directory: string, transfer: string): Promise<void> {
  const before = await completedTransfers(directory);
  const ids = [transfer, ...before.filter((id) => id !== transfer)].slice(0, MAX_HELD_TRANSFERS);
  try {
    await makeFolders(directory, 0o700);
    await replaceFile(completedPath(directory), JSON.stringify(ids), true);
  } catch (error) {
    throw StorageError.from(error, directory);
  }
}

/** What `hello` says a student holds: interrupted transfers first, as far as the message has room. */
export async function heldTransfers(directory: string): Promise<Hello['held']> {
  const completed = await completedTransfers(directory);
  const interrupted = (await interruptedTransfers(directory)).filter(({ transfer }) => !completed.includes(transfer));
  return fitIntoHello([
    ...interrupted.map(({ transfer, missing }) => ({ transfer, complete: false, missing: base64Of(missing) })),
    ...completed.map((transfer) => ({ transfer, complete: true, missing: base64Of([]) })),
  ]);
}

/** What a hello says besides `missing`: for each transfer, and in all. */
const ENTRY_BYTES = 80;
const HEAD_BYTES = 2048;

/**
 * The first of these that a teacher takes in one hello. Of a transfer that is left out everything is sent again: better than
 * a hello too long for any teacher.
 */
export function fitIntoHello(held: Hello['held']): Hello['held'] {
  const fitting: Hello['held'] = [];
  let room = MAX_HELLO_BYTES - HEAD_BYTES;
  for (const entry of held) {
    const bytes = entry.missing.length + ENTRY_BYTES;
    if (bytes > room || bytes > MAX_HELLO_BYTES / 2) continue;
    room -= bytes;
    fitting.push(entry);
  }
  return fitting.slice(0, MAX_HELD_TRANSFERS);
}

/**
 * Deletes interrupted transfers that nobody will ask for again: `hello` names the latest few only. Without this, a year of
 * transfers that were never finished, or a teacher who offers and offers, would fill the disk.
 * @param current a transfer that stays in any case
 */
export async function forgetOldTransfers(directory: string, current: string): Promise<void> {
  const latest = (await interruptedTransfers(directory)).slice(0, MAX_HELD_TRANSFERS).map(({ transfer }) => transfer);
  const kept = new Set([current, ...latest]);
  const names = await readdir(directory).catch(() => []);
  const old = names.filter((name) => TRANSFER_ID.test(name) && !kept.has(name));
  for (const transfer of old) await rm(partialFolder(directory, transfer), { recursive: true, force: true });
}

async function interrupted(directory: string, transfer: string): Promise<InterruptedTransfer | undefined> {
  const folder = partialFolder(directory, transfer);
  try {
    const offer = offerSchema.parse(JSON.parse(await readFile(join(folder, 'offer.json'), 'utf8')));
    const contentBytes = offer.manifest.files.reduce((sum, file) => sum + file.size, 0);
    const journal = await PartialJournal.load(
      join(folder, 'journal'),
      new TransferLayout(contentBytes, offer.payloadBytes),
    );
    if (journal === undefined) return undefined;
    const { mtimeMs } = await stat(join(folder, 'journal'));
    return { transfer, offer, missing: journal.units.complement(), touched: mtimeMs };
  } catch {
    return undefined;
  }
}

function completedPath(directory: string): string {
  return join(directory, 'completed.json');
}

function base64Of(ranges: RangeSet): string {
  return Buffer.from(encodeRanges(ranges)).toString('base64');
}
