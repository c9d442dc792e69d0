/** Every bound on what a peer may send, each with its reason (PROTOCOL.md section 4.5). */

/** A manifest of 5,000 files with tags and cover thumbnails is about 3 MB; nothing else comes near. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** Before a peer has said hello it has no business sending more than a hello with its partial transfers. */
export const MAX_HELLO_BYTES = 2 * 1024 * 1024;
/** What a student says after its hello is a few fields and a reason; range sets are attachments. */
export const MAX_REPORT_JSON_BYTES = 16 * 1024;
/** A class library in one drop; above it a teacher sends several transfers. */
export const MAX_FILES = 50_000;
/** 255 bytes a name on every file system in use; 32 folders deep is past any music library. */
export const MAX_NAME_BYTES = 255;
export const MAX_PATH_SEGMENTS = 32;
/** The header carries 53 bits of offset; 16 TB keeps every sum of two of them exact. */
export const MAX_TRANSFER_BYTES = 2 ** 44;
/** Tags are shown in one line; longer is abuse or a broken file. */
export const MAX_TAG_CHARS = 500;
/** A cover thumbnail travels on the control channel to every student; larger art is in the file itself. */
export const MAX_COVER_BYTES = 128 * 1024;
/** All covers of one manifest together, for the same reason. */
export const MAX_COVERS_BYTES = 2 * 1024 * 1024;
/** A person's or a machine's name, as shown on a card. */
export const MAX_PEER_NAME_CHARS = 80;
/** A sentence for the teacher about what went wrong. */
export const MAX_REASON_CHARS = 500;
/** Interrupted transfers that a student mentions when it connects. */
export const MAX_HELD_TRANSFERS = 8;
/** Payloads smaller than this would drown in headers; no path that carries music has such an MTU. */
export const MIN_PAYLOAD_BYTES = 256;
/**
 * A chunk is so many units of the content. With its parity units these are the 256 elements of the field in which parity is
 * computed; fewer units would need more parity for the same losses, and more calls to encrypt and digest them.
 */
export const CHUNK_UNITS = 128;
/** Parity units that there can be of one chunk, over all rounds. */
export const CHUNK_PARITY = 128;
/** An assembly hall: students in one room, paired or connected. */
export const MAX_STUDENTS = 1000;
/** Classes, sections and rows of one school year. */
export const MAX_GROUPS = 100;
/** An examination of the network is over in seconds: probes of each kind, and how long students listen. */
export const MAX_PROBES = 5_000;
export const MAX_PROBE_LISTEN_MS = 20_000;
