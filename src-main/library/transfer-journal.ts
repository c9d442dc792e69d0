import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeRanges, encodeRanges } from '../../src-shared/ranges/range-codec';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import { type Manifest, type Offer, offerSchema } from '../../src-shared/wire/messages';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import type { SenderState } from '../multicast/sender-io';
import { DIGEST_BYTES, TransferLayout } from '../multicast/transfer-layout';
import { replaceFile } from './atomic-file';
import { DigestTable } from './digest-table';
import { makeFolders } from './folders';
import type { ScannedFile, SourceFile } from './manifest';
import { isSame } from './transfer-source';

/** All that a teacher needs to go on with a transfer after a restart: PROTOCOL.md section 10. */
export interface TeacherJournal {
  readonly transfer: string;
  readonly offer: Offer;
  /** The files behind the manifest, in its order. */
  readonly sources: readonly SourceFile[];
  /** ms since 1970. */
  readonly startedAt: number;
  readonly state: SenderState;
  /** Of every chunk that was ever sent: what is read again must be the same. */
  readonly digests: DigestTable;
}

const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const transferId = z.string().regex(/^[0-9a-f]{16}$/);
const count = z.int().min(0);

/** Written once. */
const headSchema = z.object({
  // Another version's chunks are others: going on would encrypt two plaintexts under one key and counter (section 6.6).
  version: z.literal(PROTOCOL_VERSION),
  transfer: transferId,
  offer: offerSchema,
  sources: z.array(z.object({ absolutePath: z.string(), size: count, mtimeMs: z.number(), ino: z.number() })),
  startedAt: z.number(),
});

/** Written again and again. */
const progressSchema = z.object({
  transmission: count,
  sequence: count,
  resentBytes: count,
  filledBytes: count,
  parityUsed: bytes.exactOptional(),
  members: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      ip: z.string(),
      outcome: z.enum(['open', 'complete', 'failed']),
      missing: bytes,
    }),
  ),
  digests: z.object({ chunks: bytes, digests: bytes }),
});

/** Writes a transfer's journal. Each of its two files is replaced in one step; only its owner can read them, as the key is in them. */
export async function saveTeacherJournal(directory: string, journal: TeacherJournal): Promise<void> {
  const { transfer, offer, sources, startedAt, state, digests } = journal;
  const { transmission, sequence, resentBytes, filledBytes, parityUsed } = state;
  const members = state.members.map(({ id, name, ip, outcome, missing }) => {
    return { id, name, ip, outcome, missing: base64Of(encodeRanges(missing)) };
  });
  const progress = {
    ...{ transmission, sequence, resentBytes, filledBytes, members },
    ...(parityUsed === undefined ? {} : { parityUsed: base64Of(parityUsed) }),
    digests: { chunks: base64Of(encodeRanges(digests.known.ranges())), digests: base64Of(knownDigests(digests)) },
  };
  await makeFolders(directory, 0o700);
  if (!(await exists(headPath(directory, transfer)))) {
    await replaceFile(
      headPath(directory, transfer),
      JSON.stringify({ version: PROTOCOL_VERSION, transfer, offer, sources, startedAt }),
      true,
    );
  }
  await replaceFile(progressPath(directory, transfer), JSON.stringify(progress), true);
}

/** The journals of a directory, latest start first. One that is damaged is left out: its transfer cannot be resumed safely. */
export async function loadTeacherJournals(directory: string): Promise<TeacherJournal[]> {
  const names = await readdir(directory).catch(() => []);
  const ids = names.filter((name) => HEAD_NAME.test(name)).map((name) => name.slice(0, 16));
  const journals = await Promise.all(ids.map((id) => loadTeacherJournal(directory, id).catch(() => undefined)));
  return journals.filter((journal) => journal !== undefined).sort((a, b) => b.startedAt - a.startedAt);
}

/** Forgets a transfer. */
export async function removeTeacherJournal(directory: string, transfer: string): Promise<void> {
  await rm(progressPath(directory, transfer), { force: true });
  await rm(headPath(directory, transfer), { force: true });
}

/** The journal of an interrupted transfer of exactly these files: same names, and nothing about them has changed. */
export function findResumable(
  journals: readonly TeacherJournal[],
  files: readonly ScannedFile[],
): TeacherJournal | undefined {
  return journals.find(({ sources, offer }) => {
    return sources.length === files.length && files.every((file, i) => isSameFile(file, sources[i], offer.manifest, i));
  });
}

function isSameFile(file: ScannedFile, source: SourceFile | undefined, manifest: Manifest, index: number): boolean {
  const path = manifest.files[index]?.path.join('/');
  return source?.absolutePath === file.absolutePath && isSame(source, file) && path === file.path.join('/');
}

async function loadTeacherJournal(directory: string, transfer: string): Promise<TeacherJournal> {
  const { version, ...head } = headSchema.parse(await readJson(headPath(directory, transfer)));
  const progress = progressSchema.parse(await readJson(progressPath(directory, transfer)));
  const contentBytes = head.offer.manifest.files.reduce((sum, file) => sum + file.size, 0);
  const layout = new TransferLayout(contentBytes, head.offer.payloadBytes);
  const { digests, members, ...point } = progress;
  const state = {
    ...point,
    members: members.map((member) => ({ ...member, missing: decodeRanges(member.missing, layout.unitCount) })),
  };
  const chunks = decodeRanges(digests.chunks, layout.chunkCount);
  return { ...head, state, digests: digestTable(layout.chunkCount, chunks, digests.digests) };
}

function knownDigests(table: DigestTable): Uint8Array {
  const known = table.known.ranges();
  return Buffer.concat(known.map(([start, end]) => table.bytes.subarray(start * DIGEST_BYTES, end * DIGEST_BYTES)));
}

function digestTable(chunkCount: number, known: RangeSet, digests: Uint8Array): DigestTable {
  const table = new DigestTable(chunkCount);
  let position = 0;
  for (const [start, end] of known) {
    for (let chunk = start; chunk < end; chunk++) {
      table.set(chunk, digests.subarray(position, position + DIGEST_BYTES));
      position += DIGEST_BYTES;
    }
  }
  if (position !== digests.length) throw new RangeError('the journal has not as many digests as it names');
  return table;
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

const HEAD_NAME = /^[0-9a-f]{16}\.transfer\.json$/;

function headPath(directory: string, transfer: string): string {
  return join(directory, `${transferId.parse(transfer)}.transfer.json`);
}

function progressPath(directory: string, transfer: string): string {
  return join(directory, `${transferId.parse(transfer)}.progress.json`);
}

function base64Of(value: Uint8Array): string {
  return Buffer.from(value).toString('base64');
}
