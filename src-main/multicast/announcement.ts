import type { TransmissionMode } from '../../src-shared/ipc/events';
import { encodeRanges } from '../../src-shared/ranges/range-codec';
import { type RangeSet, union } from '../../src-shared/ranges/range-set';
import type { Announce } from '../../src-shared/wire/messages';
import {
  MAX_PROGRESS_DATAGRAMS,
  MAX_PROGRESS_MS,
  MIN_PROGRESS_DATAGRAMS,
  MIN_PROGRESS_MS,
  PROBE_PATIENCE_MS,
  PROGRESS_DATAGRAMS_EACH,
  PROGRESS_MS_EACH,
} from './params';
import type { SenderOptions } from './sender-io';

/** One transmission's announcement: the same object for everybody, so that the driver encodes it once. */
export interface Announcement {
  /** For those who know the transfer. */
  readonly bare: Announce;
  /** With the manifest and the key, for those who do not. */
  readonly whole: Announce;
  /** The announced units and parity units, encoded. */
  readonly units: Uint8Array;
}

export interface AnnouncedTransmission {
  readonly transmission: number;
  readonly mode: TransmissionMode;
  readonly units: RangeSet;
  readonly parity: RangeSet;
  readonly proactiveParity: number | undefined;
  readonly firstSequence: number;
  readonly source: { readonly address: string; readonly port: number } | undefined;
  readonly root: string | undefined;
  /** Students in the current transmission group. */
  readonly listeners: number;
}

/** Describes a transmission before it is sent (requirements A2 and A6; PROTOCOL.md section 4.2). */
export function announcementOf(options: SenderOptions, announced: AnnouncedTransmission): Announcement {
  const { transfer, group, port, offer } = options;
  const { transmission, mode, units, parity, proactiveParity, firstSequence, source, root, listeners } = announced;
  const bare: Announce = {
    type: 'announce',
    ...{ transfer, transmission, mode, group, port, firstSequence },
    progressMs: progressMs(listeners),
    progressDatagrams: progressDatagrams(listeners),
    probeMs: PROBE_PATIENCE_MS,
    ...(proactiveParity === undefined ? {} : { proactiveParity }),
    ...(source === undefined ? {} : { source }),
    ...(root === undefined ? {} : { root }),
  };
  return { bare, whole: { ...bare, offer }, units: encodeRanges(union(units, parity)) };
}

/** How long a student of a class of this size leaves datagrams unreported, ms (PROTOCOL.md section 4.4). */
export function progressMs(listeners: number): number {
  return Math.min(MAX_PROGRESS_MS, Math.max(MIN_PROGRESS_MS, listeners * PROGRESS_MS_EACH));
}

/** How many datagrams a student of a class of this size lets pass between two position reports (PROTOCOL.md section 4.4). */
function progressDatagrams(listeners: number): number {
  return Math.max(MIN_PROGRESS_DATAGRAMS, sharedProgressDatagrams(listeners));
}

/** How many datagrams may pass so that the reports of a class of this size, together, stay below their share of the link. */
export function sharedProgressDatagrams(listeners: number): number {
  return Math.min(MAX_PROGRESS_DATAGRAMS, listeners * PROGRESS_DATAGRAMS_EACH);
}
