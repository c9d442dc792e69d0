/** Every constant of the multicast engines, with its reason. Times in ms, rates in bytes per second. */

/** Probes leave this often until every student has answered: at 60 % loss, thirty of them all fail once in 4 million. */
export const PROBE_INTERVAL_MS = 10;
/** How long a student listens for a probe. Thirty probes; an IGMP join reaches a snooping switch well within it. */
export const PROBE_PATIENCE_MS = 300;
/** How long the class waits for elections: a student that creates thousands of files on a slow disk needs seconds. */
export const GATHER_PATIENCE_MS = 3000;
/** How long the class waits for reports before it goes on with those who have reported. */
export const REPORT_PATIENCE_MS = 5000;
/** How long one connected student may owe its report (a slow disk flushing) before it is given up. */
export const REPORT_LIMIT_MS = 60_000;
/** How long a student may take to flush and name its files: gigabytes on an old disk. */
export const STORE_LIMIT_MS = 600_000;
/** How long a transfer waits for a student that was cut off: a restart, a Wi-Fi roam, a lid closed and opened. */
export const REJOIN_GRACE_MS = 20_000;
/** A fill that moves nothing for this long has nobody reading at the other end. */
export const FILL_STALL_MS = 15_000;

/** The sender is at most so many position reports ahead of the slowest student: one on its way, one being gathered, and slack. */
export const WINDOW_REPORTS = 3;
/** A smaller window would starve while one student's process waits for its turn on a busy machine. */
export const MIN_WINDOW_DATAGRAMS = 2000;
/** At high rates that turn is more than this: four students on a busy machine get 3 % more through. */
export const WINDOW_MS = 50;
/** 5 MB: a little more than the receive buffer that students ask for, as what they have taken out and not reported counts too. */
export const MAX_WINDOW_DATAGRAMS = 3500;
/** A student that holds the window for this long is moved off: the class goes on, its rest comes later. */
export const WINDOW_STALL_MS = 400;
/** A student below this share of the median delivery rate would hold the class: it is moved off to catch up. */
export const SLOW_SHARE = 0.5;
/** Delivery rates are compared over this long, so that one stutter moves nobody… */
export const SLOW_INTERVAL_MS = 1000;
/** …and over so many position reports, as one more or less than another's is chance: three are not half of five. */
export const SLOW_REPORTS = 4;

/** 100 Mbit/s: a 5 MB song in 0.4 s, and still below what any wired classroom carries. */
export const START_RATE = 12_500_000;
/** 1 Mbit/s: slower than this is not worth a class's time; TCP catches the rest. */
export const MIN_RATE = 125_000;
/** 2 Gbit/s: above what one thread of node:dgram sends. */
export const MAX_RATE = 250_000_000;
/** Loss is judged over this long: several round trips, hundreds of datagrams. */
export const RATE_INTERVAL_MS = 50;
/** …and, while the rate is being found and nobody loses anything, over this long: a song is over in half a second. */
export const START_INTERVAL_MS = 20;
/** Loss above a student's usual loss by this much is congestion. */
export const EXCESS_LOSS = 0.02;
/** …and by this much while the rate doubles: a line that is full then loses half at the next step, so less than a tenth is not yet it. */
export const START_EXCESS_LOSS = 0.1;
/** Datagrams that have waited for so long are in a queue: without one they are at a student and reported within 6 ms, its nap of 5 ms included. */
export const QUEUE_MS = 15;
/** No switch's queue is longer; what seems so is a report that was late. */
export const LONGEST_QUEUE_MS = 200;
/** Pacing credit: the timer's slack of 4 ms of rate, and one burst that the smallest receive buffer (208 KB) takes. */
export const CREDIT_MS = 4;
export const BURST_DATAGRAMS = 16;

/**
 * A student reports its position every so many datagrams for each student in the class: a report costs about 150 bytes on the
 * link with all its headers, so that all of them together stay at 0.15 % of the data.
 */
export const PROGRESS_DATAGRAMS_EACH = 64;
/**
 * Two for each window of the smallest size, and more than three for the largest: a report takes both sides some 0.1 ms, 3 % of all that a transfer to
 * one student does at twice as many. Where fewer datagrams pass, PROGRESS_MS_EACH makes a small class report sooner. More than 2048 would starve the window.
 */
export const MIN_PROGRESS_DATAGRAMS = 1024;
export const MAX_PROGRESS_DATAGRAMS = 2048;
/** The first report of a transmission comes after so many, each further one after twice as many, until it is as above: some four more. */
export const FIRST_REPORT_DATAGRAMS = 64;
/** At low rates a report leaves after this long for each student in the class, for the scorecard… */
export const PROGRESS_MS_EACH = 25;
export const MIN_PROGRESS_MS = 20;
export const MAX_PROGRESS_MS = 1000;
/**
 * …and when no datagram has come for this long: the window may be full, if much was lost, and whoever holds it is soon moved off. Sooner
 * would be whenever a busy machine gives a student its turn late: so much that control traffic of thirty was 2.6 % of the data.
 */
export const PROGRESS_QUIET_MS = 200;

/** After `end`, datagrams may still be in a socket's buffer: listen until none has come for this long… */
export const DRAIN_QUIET_MS = 50;
/** …but never longer than this: an attacker could keep the line busy. */
export const DRAIN_LIMIT_MS = 1000;

/** Retransmission rounds by multicast before the rest goes over TCP. At 20 % loss a class of 30 needs about 9 without parity, 3 with it. */
export const DEFAULT_MAX_ROUNDS = 12;
/** One student's leftover up to this size goes over its control connection: less than a round's set-up costs. */
export const SMALL_LEFTOVER_BYTES = 256 * 1024;
/** A round that brings a student less than this share of what it asked for was fruitless… */
export const FRUITFUL_SHARE = 0.1;
/** (fewer units than this say nothing: at 60 % loss, forty of them are all but four lost once in a million) */
export const MIN_JUDGED_UNITS = 40;
/** …and after so many in a row multicast is not the way to reach it. */
export const FRUITLESS_ROUNDS = 2;
/** A student may ask for so many times the whole transfer in all; at 60 % loss an honest one asks for 1.5. */
export const REQUEST_QUOTA = 3;
/** Fills that a student may ask for again before it is given up. */
export const MAX_FILLS = 3;
/** A student may come back so often in one transfer; one that comes and goes for ever would never let it end. */
export const MAX_RETURNS = 20;
/** Students are looked at so often for having taken too long; their limits are seconds and more. */
export const EXPIRY_CHECK_MS = 250;

/**
 * More parity units of one chunk in one round are not worth their computing: at that loss the union is little more, and a
 * gigabit link would wait for it.
 */
export const MAX_ROUND_PARITY = 64;
/**
 * Of a chunk that parity was not enough for, so much more than is lacking is sent: for eight students at 5 % loss 0.4 % of the
 * file and a round less.
 */
export const SPARE_PARITY = 1;
/** Of other chunks, as much more as is likely to be lost in its turn; what was lost in a burst would make that far too much. */
export const MOST_LIKELY_LOSS = 2;
/** Parity that a student keeps of chunks that it cannot complete yet: at 5 % loss enough for files of several gigabytes. */
export const MAX_HELD_PARITY_BYTES = 32 * 1024 * 1024;

/** Most parity units that the first pass sends after a chunk: enough for 40 % loss, and a quarter of a chunk's is left to the rounds. */
export const PROACTIVE_MAX = 96;
/** For a few students that lose more than this the class does not wait: the first pass reckons with so much, and rounds bring them the rest… */
export const OUTLIER_LOSS = 0.15;
/** …unless it is no more than this many times what half of the class lose. */
export const OUTLIER_RATIO = 1.2;
/** As much as leaves this share of the worst student's chunks to a round… */
export const CHUNKS_LEFT = 0.06;
/** …or as much as leaves anything of the whole transfer to a round in so few cases, for anybody… */
export const ROUND_RISK = 0.3;
/** …where that takes less time than a round, with its reports, its reading and its writing: 0.2 s for 40 MB, 0.6 s for 200… */
export const ROUND_SECONDS = 0.5;
/** …with no more than this, a seventh of a chunk: then eight students at 5 % loss have less than 1.2 times the file on the link… */
export const ROUNDLESS_PARITY = 18;
/** …and not in larger classes than this: for thirty it is 4 % of the file at 1 % loss, more than all that rounds bring. */
export const ROUNDLESS_CLASS = 16;
/** The trailer, of which there is no parity, is sent at most so many times more. */
export const MAX_TRAILER_REPEATS = 3;
/** At less loss a round costs less: one unit more for each chunk is 0.8 % of the file. */
export const PROACTIVE_MIN_LOSS = 0.001;
/** Loss of late, in datagrams… */
export const LOSS_HALF_LIFE = 8192;
/** …of which fewer than this say nothing. */
export const LOSS_SAMPLE = 256;
/** What an earlier transfer found counts like so many. */
export const LOSS_FOUND_SAMPLE = 1024;
/** Variance of what is lost between two reports, as a multiple of its mean: 1 where losses are independent, twice the mean length of bursts. */
export const MAX_DISPERSION = 16;
