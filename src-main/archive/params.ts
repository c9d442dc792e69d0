/** Every constant of the channel engines, with its reason. Times in ms. */

/** Packets wait for company so long before a seal is signed for them: less than a network's jitter, a fraction of a musician's patience. */
export const SEAL_MS = 5;
/** While nothing is published the last number is told this often (tail loss), slower and slower… */
export const HEARTBEAT_FIRST_MS = 50;
/** …down to this: a subscriber that lost the very last packets knows within a second. */
export const HEARTBEAT_MS = 1_000;

/** A number that is not here yet may just have been overtaken. */
export const REORDER_MS = 5;
/** How far ahead of what its user has taken a subscriber keeps packets: 12 MB. What is beyond is fetched later. */
export const WINDOW_PACKETS = 8_192;
/** Different datagrams kept for one number until its seal tells which one is true. */
export const MAX_CANDIDATES = 4;
/** Seals checked at once and for ever, a second: 100 µs each, so that a flood of forged ones costs a tenth of a processor. */
export const SEALS_PER_SECOND = 1_000;
export const SEALS_AT_ONCE = 4_000;

/** Nothing came of a query for so long: whoever was asked is gone or busy. */
export const QUERY_TIMEOUT_MS = 1_000;
/** What was promised to the whole group is there by then, or lost again. */
export const GROUP_PATIENCE_MS = 100;
/** Neither has it: the archive may be storing it at this moment. Asked again after this, doubling… */
export const RETRY_MS = 100;
/** …so many times in all. */
export const MAX_ROUNDS = 4;
/** An archive that is away may have what nobody else has: it is waited for so long. */
export const ARCHIVE_PATIENCE_MS = 30_000;
/** From so many missing packets on it is no accident of many, but one that catches up: it asks at once. */
export const BACKLOG_PACKETS = 256;

/** Queries for the same packet within this are answered together, to the whole group. */
export const GATHER_MS = 15;
/** From so many on that ask for the same packet, once for all costs less than to each. */
export const BROADCAST_ASKERS = 2;
/** Queries of one member that wait at most: it asks one at a time. */
export const MAX_QUERIES_EACH = 2;
/** Packets that one member may ask for: a second, and at once; some 360 Mbit/s for whoever catches up. */
export const QUERY_PACKETS_PER_SECOND = 32_768;
export const QUERY_PACKETS_AT_ONCE = 65_536;

/** Packets on their way to the network or the disk at a publisher, before `append` waits. */
export const MAX_PENDING_PACKETS = 4_096;
/** Packets in one write to the store: at most, and how many do not wait for more… */
export const BATCH_PACKETS = 1_024;
export const FULL_BATCH_PACKETS = 256;
/** …and how long fewer wait: a write costs the medium milliseconds, however little it is. */
export const BATCH_MS = 5;
/** What is in memory for repairs, though an archive may have it: one second of a fast channel. */
export const RECENT_PACKETS = 8_192;
