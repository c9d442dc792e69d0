import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { DEFAULT_PAYLOAD_BYTES } from '../../src-shared/wire/data-datagram';
import { MAX_FRAME_BYTES } from '../../src-shared/wire/limits';
import type { Offer } from '../../src-shared/wire/messages';
import type { DigestTable } from '../library/digest-table';
import { LibraryError } from '../library/library-error';
import { buildManifest, type SourceFile, scan } from '../library/manifest';
import { readTracks } from '../library/track-metadata';
import { findResumable, loadTeacherJournals } from '../library/transfer-journal';
import type { SenderState } from '../multicast/sender-io';
import { TransferLayout } from '../multicast/transfer-layout';

/** Everything about a transfer that is known before it starts. */
export interface PreparedTransfer {
  /** The files and folders that were chosen, absolute. */
  readonly paths: readonly string[];
  /** 16 hex digits. */
  readonly transfer: string;
  readonly offer: Offer;
  readonly layout: TransferLayout;
  readonly sources: readonly SourceFile[];
  /** ms since 1970. */
  readonly startedAt: number;
  /** Where an earlier run of the teacher was interrupted in sending just these files. */
  readonly resumed?: SenderState;
  readonly digests?: DigestTable;
}

/** An IPv6 header is 20 bytes longer than an IPv4 one. */
const IPV6_EXTRA_BYTES = 20;
/** What an announcement says besides the offer. */
const ANNOUNCEMENT_BYTES = 4096;

/**
 * Finds the files and reads their tags; goes on with an interrupted transfer of the same files, or makes a new one.
 * @param mayResume whether the interrupted transfer of this id may go on, if it is one of the same files
 * @throws LibraryError naming the file that cannot be sent.
 */
export async function prepareTransfer(
  paths: readonly string[],
  journalDir: string,
  group: string | undefined,
  mayResume: (transfer: string) => boolean = () => true,
): Promise<PreparedTransfer> {
  const files = await scan(paths);
  const chosen = paths.map((path) => resolve(path));
  const journals = await loadTeacherJournals(journalDir);
  const resumable = findResumable(
    journals.filter(({ transfer }) => mayResume(transfer)),
    files,
  );
  if (resumable !== undefined) {
    const { transfer, offer, sources, startedAt, state, digests } = resumable;
    return { paths: chosen, transfer, offer, sources, startedAt, resumed: state, digests, layout: layoutOf(offer) };
  }
  const { manifest, sources } = buildManifest(files, await readTracks(files));
  const payloadBytes = isIPv6(group ?? '') ? DEFAULT_PAYLOAD_BYTES - IPV6_EXTRA_BYTES : DEFAULT_PAYLOAD_BYTES;
  const offer = { manifest, key: randomBytes(32).toString('base64'), payloadBytes };
  if (Buffer.byteLength(JSON.stringify(offer)) > MAX_FRAME_BYTES - ANNOUNCEMENT_BYTES) {
    throw new LibraryError(
      'The names and tags of these files are too many for one transfer: send them in several parts.',
    );
  }
  const layout = layoutOf(offer);
  const transfer = randomBytes(8).toString('hex');
  return { paths: chosen, transfer, offer, layout, sources, startedAt: Date.now() };
}

/** The layout that an offer describes. */
export function layoutOf({ manifest, payloadBytes }: Offer): TransferLayout {
  const contentBytes = manifest.files.reduce((sum, file) => sum + file.size, 0);
  return new TransferLayout(contentBytes, payloadBytes);
}
