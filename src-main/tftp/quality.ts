import { lastBlockOf } from './block-source';
import { DEFAULT_BLOCK_BYTES, type RequestedOptions } from './options';
import {
  ALL_WINDOWS_BYTES,
  FIRST_TIMEOUT_MS,
  HARD_WINDOW_BYTES,
  HIGH_LOSS,
  HIGH_LOSS_BLOCK_BYTES,
  HIGH_LOSS_WINDOW,
  IPV4_OVERHEAD_BYTES,
  IPV6_OVERHEAD_BYTES,
  MAX_GRANTED_TIMEOUT_S,
  MAX_TIMEOUT_MS,
  MAX_WINDOW_BLOCKS,
  TIMEOUT_PER_SESSION_MS,
  WINDOW_BYTES,
} from './params';

/** What a session has to live with when it is made. */
export interface Conditions {
  /** Sessions that run besides this one. */
  readonly openSessions: number;
  /** Share of blocks that were lost lately, 0…1. */
  readonly loss: number;
  /** The largest IP packet that travels whole, bytes. */
  readonly mtu: number;
  readonly ipVersion: 4 | 6;
  /** Bytes of the file; undefined where it comes from the client, or its length on the wire is not known (netascii). */
  readonly fileBytes: number | undefined;
  /** A group is free for it. */
  readonly hasGroup: boolean;
}

/** How a session sends. */
export interface Terms {
  readonly blockBytes: number;
  readonly windowBlocks: number;
  /** The longest wait for an answer before something is sent again, ms. */
  readonly timeoutMs: number;
  /** The client has chosen the timeout (RFC 2349); else it follows the measured round trip. */
  readonly isTimeoutAgreed: boolean;
  readonly multicast: boolean;
  /** Why they are what they are, for people. */
  readonly why: string;
}

/** RFC 2090 has 16-bit block numbers, and a group has no roll-over: a client may miss any block. */
const MAX_GROUP_BLOCKS = 65_535;

interface Choice {
  readonly value: number;
  /** In words; empty where there is nothing to say. */
  readonly why: string;
}

/**
 * Block size, window, timeout and way for a session (C4): what the resources allow of what the client asks for.
 * @param quality false: what the client asks for, whatever the resources are
 */
export function chooseTerms(asked: RequestedOptions, conditions: Conditions, quality: boolean): Terms {
  const fitting = quality ? blockFor(asked, conditions) : askedBlock(asked);
  const least = leastGroupBlock(conditions.fileBytes);
  const wantsGroup = asked.multicast === true && conditions.hasGroup && conditions.fileBytes !== undefined;
  const multicast = wantsGroup && least <= (asked.blksize ?? DEFAULT_BLOCK_BYTES);
  const block = multicast && fitting.value < least ? numbered(least) : fitting;
  const window = chooseWindow(asked, block.value, conditions, quality);
  const timeout = timeoutFor(multicast ? undefined : asked.timeout, conditions, quality);
  return {
    blockBytes: block.value,
    windowBlocks: window.value,
    timeoutMs: timeout.value,
    isTimeoutAgreed: timeout.isAgreed,
    multicast,
    why: [block.why, window.why, timeout.why, wantsGroup && !multicast ? tooLong(least) : '']
      .filter(Boolean)
      .join('; '),
  };
}

/** Blocks that may be on their way to a client: one where it names no window (RFC 7440). */
export function chooseWindow(
  asked: RequestedOptions,
  blockBytes: number,
  conditions: Pick<Conditions, 'loss' | 'openSessions'>,
  quality: boolean,
): Choice {
  return quality ? windowFor(asked, blockBytes, conditions) : askedWindow(asked, blockBytes);
}

/** Whether a session's block size is one that this request allows (RFC 2348: at most what it names, else the usual one). */
export function allowsBlock(asked: RequestedOptions, blockBytes: number): boolean {
  return asked.blksize === undefined ? blockBytes === DEFAULT_BLOCK_BYTES : blockBytes <= asked.blksize;
}

/** The smallest block with which a file has no more blocks than a group can number. */
function leastGroupBlock(fileBytes: number | undefined): number {
  const bytes = fileBytes ?? 0;
  const least = Math.max(1, Math.floor(bytes / MAX_GROUP_BLOCKS));
  return lastBlockOf(bytes, least) <= MAX_GROUP_BLOCKS ? least : least + 1;
}

function numbered(least: number): Choice {
  return { value: least, why: `blocks of ${least} bytes, because a group has no more than 65,535 of them` };
}

function tooLong(least: number): string {
  return `by unicast, because a group would need blocks of ${least} bytes, more than the device takes`;
}

function askedBlock(asked: RequestedOptions): Choice {
  const value = asked.blksize ?? DEFAULT_BLOCK_BYTES;
  return { value, why: asked.blksize === undefined ? usualBlock : `blocks of ${value} bytes, as the device asks` };
}

const usualBlock = `blocks of ${DEFAULT_BLOCK_BYTES} bytes, because the device names no size`;

/** No fragments: a lost fragment loses the whole block. Short blocks where much is lost. */
function blockFor(asked: RequestedOptions, { loss, mtu, ipVersion }: Conditions): Choice {
  const wanted = askedBlock(asked);
  const whole = mtu - (ipVersion === 4 ? IPV4_OVERHEAD_BYTES : IPV6_OVERHEAD_BYTES);
  if (loss >= HIGH_LOSS && wanted.value > HIGH_LOSS_BLOCK_BYTES)
    return { value: Math.min(whole, HIGH_LOSS_BLOCK_BYTES), why: `short blocks, because ${percent(loss)} are lost` };
  if (wanted.value <= whole) return wanted;
  return { value: whole, why: `blocks of ${whole} bytes, because they fit the network's packets of ${mtu}` };
}

function askedWindow(asked: RequestedOptions, blockBytes: number): Choice {
  const room = Math.min(MAX_WINDOW_BLOCKS, Math.floor(HARD_WINDOW_BYTES / blockBytes));
  return { value: Math.min(asked.windowsize ?? 1, room), why: '' };
}

/** A window fits a receiver's socket, and all windows together a switch's buffer. */
function windowFor(
  asked: RequestedOptions,
  blockBytes: number,
  { loss, openSessions }: Pick<Conditions, 'loss' | 'openSessions'>,
): Choice {
  const wanted = asked.windowsize ?? 1;
  if (wanted === 1) return { value: 1, why: '' };
  const share = Math.floor(ALL_WINDOWS_BYTES / (openSessions + 1));
  const room = Math.max(1, Math.min(MAX_WINDOW_BLOCKS, Math.floor(Math.min(WINDOW_BYTES, share) / blockBytes)));
  const most = loss >= HIGH_LOSS ? Math.min(room, HIGH_LOSS_WINDOW) : room;
  if (wanted <= most) return { value: wanted, why: `windows of ${wanted} blocks, as the device asks` };
  return { value: most, why: `windows of ${most} blocks, because ${whyLess(most < room, share < WINDOW_BYTES)}` };
}

function whyLess(isLossy: boolean, isShared: boolean): string {
  if (isLossy) return 'much is lost';
  return isShared ? 'other sessions send too' : "a device's buffer holds no more";
}

/** RFC 2349: a server need not accept the option. A group's timeout is everybody's, not that of the one who came first. */
function timeoutFor(
  timeout: number | undefined,
  { openSessions }: Conditions,
  quality: boolean,
): Choice & { isAgreed: boolean } {
  if (timeout !== undefined && (!quality || timeout <= MAX_GRANTED_TIMEOUT_S))
    return { value: timeout * 1000, isAgreed: true, why: `a timeout of ${timeout} s, as the device asks` };
  const value = quality
    ? Math.min(MAX_TIMEOUT_MS, FIRST_TIMEOUT_MS + openSessions * TIMEOUT_PER_SESSION_MS)
    : FIRST_TIMEOUT_MS;
  const load = value > FIRST_TIMEOUT_MS ? `, because ${openSessions} more sessions run` : '';
  return { value, isAgreed: false, why: `a timeout of ${value / 1000} s at most${load}` };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
