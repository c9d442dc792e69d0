import { z } from 'zod';
import { DEFAULT_PAYLOAD_BYTES } from './data-datagram';
import {
  CHUNK_PARITY,
  MAX_COVER_BYTES,
  MAX_COVERS_BYTES,
  MAX_FILES,
  MAX_HELD_TRANSFERS,
  MAX_HELLO_BYTES,
  MAX_PROBE_LISTEN_MS,
  MAX_PROBES,
  MAX_TAG_CHARS,
  MAX_TRANSFER_BYTES,
  MIN_PAYLOAD_BYTES,
} from './limits';
import {
  base64,
  confirm,
  fault,
  pair,
  paired,
  pairShare,
  parse,
  peerName,
  ping,
  pong,
  reason,
  serial,
  sha256,
  welcome,
} from './session-messages';

/** The control channel's messages: PROTOCOL.md section 4. A range set named `units` or `missing` is the frame's attachment. */

const transferId = z.string().regex(/^[0-9a-f]{16}$/);
const transmission = z.int().min(0).max(0xffff);
const tag = z.string().max(MAX_TAG_CHARS);
/** What a music file says of itself; every field as read from its tags, never trusted, always shown as plain text. */
export const trackSchema = z.object({
  title: tag.optional(),
  artist: tag.optional(),
  album: tag.optional(),
  track: z.int().min(0).max(9999).optional(),
  /** Seconds. */
  duration: z.number().min(0).max(1e7).optional(),
  /** Hertz. */
  sampleRate: z.number().min(0).max(1e7).optional(),
  /** The container's name, such as "FLAC". */
  format: tag.optional(),
  /** Index into the manifest's covers. */
  cover: z.int().min(0).max(MAX_FILES).optional(),
});
export type Track = z.infer<typeof trackSchema>;

const manifestFileSchema = z.object({
  /** Folder and file names from the transfer's root; the receiver checks each (library/safe-path). */
  path: z.array(z.string()).min(1),
  size: z.int().min(0).max(MAX_TRANSFER_BYTES),
  /** Modification time, ms since 1970. */
  modified: z.number(),
  track: trackSchema.optional(),
});
export type ManifestFile = z.infer<typeof manifestFileSchema>;

const coverSchema = z.object({
  mime: z.enum(['image/jpeg', 'image/png', 'image/webp', 'image/gif']),
  data: base64(MAX_COVER_BYTES),
});
export type Cover = z.infer<typeof coverSchema>;

export const manifestSchema = z.object({
  files: z.array(manifestFileSchema).min(1).max(MAX_FILES),
  covers: z
    .array(coverSchema)
    .refine(
      (covers) => covers.reduce((sum, cover) => sum + cover.data.length, 0) <= Math.ceil(MAX_COVERS_BYTES / 3) * 4,
    ),
});
export type Manifest = z.infer<typeof manifestSchema>;

// --- The session (4.1) ---

const hello = z.object({
  type: z.literal('hello'),
  version: z.int(),
  name: peerName,
  /** Interrupted and lately completed transfers; `missing` is a range set of units in the codec of 4.3. */
  held: z
    .array(z.object({ transfer: transferId, complete: z.boolean(), missing: base64(MAX_HELLO_BYTES / 2) }))
    .max(MAX_HELD_TRANSFERS),
});
/** Free space where the student stores music; after the welcome, and when it has changed much. */
const space = z.object({ type: z.literal('space'), freeBytes: z.int().min(0) });
const leave = z.object({ type: z.literal('leave'), reason });
// --- A transmission (4.2) ---

/** The whole description of a transfer, sent to a student with its first announcement. */
export const offerSchema = z.object({
  manifest: manifestSchema,
  /** AES-256 key of this transfer. */
  key: base64(32).length(44),
  payloadBytes: z.int().min(MIN_PAYLOAD_BYTES).max(DEFAULT_PAYLOAD_BYTES),
});
export type Offer = z.infer<typeof offerSchema>;

const announce = z.object({
  type: z.literal('announce'),
  transfer: transferId,
  transmission,
  mode: z.enum(['plain', 'coded', 'tcp']),
  group: z.union([z.ipv4(), z.ipv6()]),
  port: z.int().min(1).max(65535),
  /** Where the datagrams come from: those from elsewhere are not this transmission's. Absent over TCP. */
  source: z.object({ address: z.union([z.ipv4(), z.ipv6()]), port: z.int().min(1).max(65535) }).optional(),
  firstSequence: serial,
  /** At most so many parity units follow each chunk's units. */
  proactiveParity: z.int().min(1).max(CHUNK_PARITY).optional(),
  /** Report the position after so many ms… */
  progressMs: z.int().min(1).max(1000),
  /** …or after so many datagrams, whichever is first. */
  progressDatagrams: z.int().min(1).max(100_000),
  /** How long to listen for a probe before answering that there is no multicast path. */
  probeMs: z.int().min(10).max(10_000),
  /** SHA-256 of the trailer, once the teacher knows it. */
  root: sha256.optional(),
  offer: offerSchema.optional(),
});
const elect = z.object({
  type: z.literal('elect'),
  transfer: transferId,
  transmission,
  join: z.boolean(),
  why: reason,
});
const ready = z.object({ type: z.literal('ready'), transfer: transferId, transmission, probeSeen: z.boolean() });
const end = z.object({
  type: z.literal('end'),
  transfer: transferId,
  transmission,
  lastSequence: serial,
  root: sha256,
});
const report = z.object({
  type: z.literal('report'),
  transfer: transferId,
  transmission,
  /** The student's own address, as it sees it (requirement A4). */
  ip: z.union([z.ipv4(), z.ipv6()]),
  /** Chunks whose digest was wrong twice: forged on the group, so multicast cannot help (6.4). */
  forged: z.int().min(0),
});
/** The attachment is ciphertext of consecutive units from `unit` on. */
const fill = z.object({ type: z.literal('fill'), transfer: transferId, transmission, unit: z.int().min(0) });
const complete = z.object({ type: z.literal('complete'), transfer: transferId });
const failed = z.object({ type: z.literal('failed'), transfer: transferId, reason });
const cancel = z.object({ type: z.literal('cancel'), transfer: transferId, reason });
const pause = z.object({ type: z.literal('pause'), transfer: transferId });
const resume = z.object({ type: z.literal('resume'), transfer: transferId });
/** The transfer is over for everybody. */
const finished = z.object({ type: z.literal('finished'), transfer: transferId });

// --- Examining the network (5.5) ---

/** Probes of this id are coming on the group: first so many slowly, then so many fast. */
const probe = z.object({
  type: z.literal('probe'),
  id: transferId,
  group: z.union([z.ipv4(), z.ipv6()]),
  port: z.int().min(1).max(65535),
  slow: z.int().min(1).max(MAX_PROBES),
  fast: z.int().min(0).max(MAX_PROBES),
  /** How long to listen before reporting. */
  listenMs: z.int().min(1).max(MAX_PROBE_LISTEN_MS),
});
const probeReport = z.object({
  type: z.literal('probeReport'),
  id: transferId,
  /** Different probes of each kind that arrived on the adapter which the control connection uses. */
  slow: z.int().min(0).max(MAX_PROBES),
  fast: z.int().min(0).max(MAX_PROBES),
  adapter: z.enum(['wifi', 'wired', 'unknown']),
  /** None arrived there, yet some on another adapter. */
  elsewhere: z.boolean(),
});

const teacherMessage = z.discriminatedUnion('type', [
  welcome,
  pairShare,
  paired,
  ping,
  pong,
  fault,
  announce,
  end,
  fill,
  cancel,
  pause,
  resume,
  finished,
  probe,
]);
const studentMessage = z.discriminatedUnion('type', [
  hello,
  pair,
  confirm,
  space,
  ping,
  pong,
  leave,
  fault,
  elect,
  ready,
  report,
  complete,
  failed,
  probeReport,
]);

/** Teacher -> student. */
export type TeacherMessage = z.infer<typeof teacherMessage>;
/** Student -> teacher. */
export type StudentMessage = z.infer<typeof studentMessage>;
export type Announce = z.infer<typeof announce>;
export type Hello = z.infer<typeof hello>;
export type Probe = z.infer<typeof probe>;
export type ProbeReport = z.infer<typeof probeReport>;

/** Checks a decoded JSON body from a teacher. `undefined`: a kind this version does not know, to be ignored (4.1). */
export function parseTeacherMessage(body: unknown): TeacherMessage | undefined {
  return parse(teacherMessage, body);
}

/** Checks a decoded JSON body from a student. `undefined`: a kind this version does not know, to be ignored (4.1). */
export function parseStudentMessage(body: unknown): StudentMessage | undefined {
  return parse(studentMessage, body);
}
