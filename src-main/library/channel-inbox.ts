import { createHash } from 'node:crypto';
import type { ReceivedFile } from '../../src-shared/ipc/events';
import { MAX_PEER_NAME_CHARS } from '../../src-shared/wire/limits';
import { localDate } from './file-naming';
import type { TransferRecord } from './received-transfers';

/** A file that a channel has brought. */
export interface ChannelArrival extends ReceivedFile {
  /** The channel's subject: fit to be shown as who it is from. */
  readonly from: string;
  /** When it was whole, ms since 1970. */
  readonly at: number;
}

/** What one channel brings on one day is one set; a longer one would no longer be read. */
const MAX_FILES = 500;

/** The set among the received ones that a file belongs to: what a channel brings on one day. */
export function channelSetOf({ from, at }: Pick<ChannelArrival, 'from' | 'at'>): string {
  return createHash('sha256')
    .update(`channel ${from} ${localDate(new Date(at))}`)
    .digest('hex')
    .slice(0, 16);
}

/**
 * The set with one more file, in order of arrival; a file of the same path takes the place of the one before.
 * @param directory the folder that `path` is below
 */
export function withArrival(
  before: TransferRecord | undefined,
  { from, at, ...file }: ChannelArrival,
  directory: string,
): Omit<TransferRecord, 'version'> {
  const received = [...(before?.received ?? []).filter(({ path }) => path !== file.path), file].slice(-MAX_FILES);
  let start = 0;
  const files = received.map(({ path, size }) => {
    start += size;
    return { path, size, start: start - size };
  });
  const head = { id: channelSetOf({ from, at }), from: shortened(from), at, directory };
  return { ...head, state: 'complete', files, covers: [], totalBytes: start, missingBytes: 0, received };
}

/** As long as names may be in a record, which counts UTF-16 units; cut between characters. */
function shortened(name: string): string {
  let short = '';
  for (const character of name) {
    if (short.length + character.length > MAX_PEER_NAME_CHARS) break;
    short += character;
  }
  return short;
}
