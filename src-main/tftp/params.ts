/** Every constant of the TFTP machines, with its reason. Times in ms. */

// --- Limits: whoever is on the network may send anything ---

/** A class that boots asks for a file each within a second; a hundred files at once is past any of them. */
export const MAX_SESSIONS = 100;
/** Devices in one session: an assembly hall. Each is a few hundred bytes. */
export const MAX_CLIENTS_PER_SESSION = 250;
/** Clients that a session remembers, with those that are over: it may go on for hours. */
export const MAX_CLIENTS_SHOWN = 500;
/** One machine fetches one file at a time; a few more for what it has given up without a word. */
export const MAX_CLIENTS_PER_ADDRESS = 8;
/** Sessions that are over and still shown. */
export const MAX_FINISHED_SHOWN = 20;
/** File bytes that are read at once: one read of a disk, and several windows of blocks. */
export const CHUNK_BYTES = 65_536;
/** Chunks that a session keeps: the one that is sent, the next, and two that may be asked for again. 25 MB with all sessions open. */
export const CACHED_CHUNKS = 4;
/** Packets that go to an address before its first ACK, unasked: whoever writes a false sender on a request gets no more out of it. */
export const UNVERIFIED_PACKETS = 4;
/** The same for a client of a group, which is told of its role twice: when it joins and when its turn comes. */
export const UNVERIFIED_GROUP_PACKETS = 8;
/** ERRORs a second to senders that have no business here; a wrong packet is rare, a storm of them gets little back. */
export const STRANGER_ERRORS_PER_SECOND = 20;

// --- Patience ---

/** RFC 1350 leaves the timeout to the program: 1 s where no round trip has been measured (RFC 6298 section 2.1). */
export const FIRST_TIMEOUT_MS = 1000;
/** A machine that boots is busy with its disk now and then; below this a resend would often be for nothing. */
export const MIN_TIMEOUT_MS = 250;
/** Longer than this nobody at a device waits for one packet. */
export const MAX_TIMEOUT_MS = 5000;
/** Timeouts in a row after which a client is gone: 12 s at the least, at 5 % loss each way nobody is lost in a million blocks. */
export const MAX_TRIES = 7;
/** Timeouts in a row after which a master is silent and the next client gets its turn: the others wait for it. */
export const MASTER_TRIES = 3;
/** By unicast an OACK leaves again only after so many of the client's timeouts, in which it has asked again: some end where they get a second one. */
export const OACK_TIMEOUTS = 3.5;
/** While others wait, a client is told this often that it is the master: a dead one costs them 2 s, the least impatient ones have 6. */
export const MASTER_OACK_MS = 500;
/** Turns as master that a client gets before it is given up (RFC 2090: a reasonable number of attempts). */
export const MAX_TURNS = 2;
/** A master that acknowledges fewer blocks than this in so long passes its turn on while others wait: 5 a second, a quarter of the least rate (C5). */
export const SLOW_MASTER_BLOCKS = 20;
export const SLOW_MASTER_MS = 4000;
/** After an ACK within a window the next one is awaited so long: it may be a client that acknowledges each block. */
export const GAP_DELAY_MS = 2;
/** OACKs with mc=0 to a client that acknowledges out of turn: at most one in this time, or two machines would answer each other for ever. */
export const HUSH_INTERVAL_MS = 1000;

// --- C2: delayed start ---

/** Clients that name no timeout: atftp and tftp-hpa ask again after 5 s. */
export const USUAL_CLIENT_TIMEOUT_MS = 5000;
/** Clients give up after about five of their timeouts; the start is delayed by at most this many. */
export const MAX_DELAY_TIMEOUTS = 2;

// --- C4: quality of service ---

/** IPv4 and UDP headers, and TFTP's four bytes. */
export const IPV4_OVERHEAD_BYTES = 32;
export const IPV6_OVERHEAD_BYTES = 52;
/** Loss from which blocks and windows become smaller: less is lost with one packet, and less sent again. */
export const HIGH_LOSS = 0.03;
export const HIGH_LOSS_BLOCK_BYTES = 1024;
export const HIGH_LOSS_WINDOW = 8;
/** What a receiver's socket holds by default is 208 KB with all its overhead: a window may be half of that. */
export const WINDOW_BYTES = 98_304;
/** What all sessions together may have in flight: a switch port buffers about a megabyte. */
export const ALL_WINDOWS_BYTES = 1_048_576;
/** 16-bit numbers: of two blocks that are this far apart it is still plain which is the later one. */
export const MAX_WINDOW_BLOCKS = 32_767;
/** Without C4 a client gets the window it asks for, up to what memory allows. */
export const HARD_WINDOW_BYTES = 4_194_304;
/** Each open session makes this server's answers later by so much at worst. */
export const TIMEOUT_PER_SESSION_MS = 50;
/** A client may ask for a longer timeout than this; the server then keeps its own (RFC 2349: it need not accept). */
export const MAX_GRANTED_TIMEOUT_S = 10;
/** The server's measure of loss forgets half in this time. */
export const LOSS_HALF_LIFE_MS = 30_000;
/** Fewer blocks than this say nothing about a loss rate. */
export const MIN_LOSS_SAMPLE = 50;

// --- C5: packet rate ---

/** No cause but a broken line asks for less: 20 blocks of 512 bytes a second. */
export const MIN_BLOCKS_PER_SECOND = 20;
/** At the least rate a block leaves in this time: a longer pause is a wait, and says nothing of the rate. */
export const IDLE_MS = 1000 / MIN_BLOCKS_PER_SECOND;
/** Loss is judged over this much sending at least, and over so many blocks that one lost by chance is below EXCESS_LOSS. */
export const RATE_INTERVAL_MS = 200;
export const MIN_RATE_SAMPLE = 64;
/** Or at once, when so many are missing, and this share of what was sent: the end of a window, or all of it. Each more costs a timeout. */
export const CLEAR_LOSS_BLOCKS = 8;
export const CLEAR_LOSS = 0.25;
/** Loss above the usual by this much is congestion. */
export const EXCESS_LOSS = 0.02;
/** The usual loss is the mean over so many intervals without congestion. */
export const USUAL_LOSS_MEMORY = 8;
/** What a line carries, as a share of what arrived: its buffer took a few more. */
export const RATE_MARGIN = 0.95;
/** The rate after a loss, as a share of what the line carries: its buffer has to empty. */
export const RATE_CUT = 0.8;
/** Losses in a row at a limited rate that are answered with a lower one, a quarter in the end. What then still is lost has another cause. */
export const MAX_CUTS = 2;
/** The rate grows by this factor in each interval without loss while nothing is known of the line. */
export const RATE_GROWTH = 2;
/** After a loss the rate is again what the line carries after this time, and tries for more after it: each try may cost a timeout. */
export const RATE_PLATEAU_MS = 2000;

// --- Client ---

/** Bytes that are received and not on the disk yet: more are not asked for, and above twice as many are dropped. */
export const MAX_UNWRITTEN_BYTES = 1_048_576;
/** A member of a group that hears nothing for so long asks again (atftp does so too). */
export const MEMBER_SILENCE_MS = 5000;
/** Silences after which a member goes for its file by unicast: a dead master costs other servers half a minute. */
export const MEMBER_TRIES = 10;
/** A master acknowledges at the latest so long after a block, whatever the window is: below the highest block servers send less than a window. */
export const ACK_DELAY_MS = 10;
/** ACKs of the last block that a client repeats, after which the server has to see for itself (RFC 1350 section 6). */
export const MAX_FINAL_ACKS = 8;
/** How long it stays for that at most: servers send again within a second or two, and a person waits. */
export const MAX_DALLY_MS = 2000;
/** Progress is told this often at most. */
export const PROGRESS_INTERVAL_MS = 100;
