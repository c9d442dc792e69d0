import { encodeRanges } from '../../src-shared/ranges/range-codec';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import type { Announce } from '../../src-shared/wire/messages';
import { MAX_PROGRESS_MS, MIN_PROGRESS_MS, PROBE_PATIENCE_MS, PROGRESS_PER_SECOND } from './params';
import type { SenderOptions } from './sender-io';

/** One transmission's announcement: the same object for everybody, so that the driver encodes it once. */
export interface Announcement {
  /** For those who know the transfer. */
  readonly bare: Announce;
  /** With the manifest and the key, for those who do not. */
  readonly whole: Announce;
  /** The announced units, encoded. */
  readonly units: Uint8Array;
}

export interface AnnouncedTransmission {
  readonly transmission: number;
  readonly mode: 'plain' | 'tcp';
  readonly units: RangeSet;
  readonly firstSequence: number;
  readonly source: { readonly address: string; readonly port: number } | undefined;
  readonly root: string | undefined;
  /** Students in the current transmission group. */
  readonly listeners: number;
}

/** Describes a transmission before it is sent (requirements A2 and A6; PROTOCOL.md section 4.2). */
export function announcementOf(options: SenderOptions, announced: AnnouncedTransmission): Announcement {
  const { transfer, group, port, offer } = options;
  const { transmission, mode, units, firstSequence, source, root, listeners } = announced;
  const bare: Announce = {
    type: 'announce',
    ...{ transfer, transmission, mode, group, port, firstSequence },
    progressMs: progressInterval(listeners),
    probeMs: PROBE_PATIENCE_MS,
    ...(source === undefined ? {} : { source }),
    ...(root === undefined ? {} : { root }),
  };
  return { bare, whole: { ...bare, offer }, units: encodeRanges(units) };
}

function progressInterval(listeners: number): number {
  const interval = (listeners * 1000) / PROGRESS_PER_SECOND;
  return Math.round(Math.min(MAX_PROGRESS_MS, Math.max(MIN_PROGRESS_MS, interval)));
}
