import type { OptionList } from './packets';
import { ErrorCode, TftpError } from './tftp-error';

/** RFC 1350 section 2: the block size where nothing else is agreed upon. */
export const DEFAULT_BLOCK_BYTES = 512;
/** RFC 2348: the least and the most that a block may hold. */
export const MIN_BLOCK_BYTES = 8;
export const MAX_BLOCK_BYTES = 65_464;
/** RFC 2349: seconds between retransmissions. */
const TIMEOUT = { min: 1, max: 255 };
/** RFC 7440 section 3. */
const WINDOW = { min: 1, max: 65_535 };

/** What a request asks for (RFC 2347). What is not asked for is undefined. */
export interface RequestedOptions {
  /** Bytes; an answer may be smaller (RFC 2348). */
  readonly blksize?: number;
  /** Seconds; an answer must be the same (RFC 2349). */
  readonly timeout?: number;
  /** Bytes of a file to be written; a reader says 0 and wants to know (RFC 2349). */
  readonly tsize?: number;
  /** Blocks; an answer may be smaller (RFC 7440). */
  readonly windowsize?: number;
  /** The file may come by multicast (RFC 2090). */
  readonly multicast?: boolean;
}

/** The group of a transfer, and whether the one that is told of it sends the acknowledgements (RFC 2090). */
export interface MulticastOption {
  /** Empty where a later OACK leaves out what is known. */
  readonly address: string;
  readonly port: number | undefined;
  readonly master: boolean;
}

/** What an OACK grants (RFC 2347): a part of what was asked for. */
export interface GrantedOptions {
  readonly blksize?: number;
  readonly timeout?: number;
  /** Bytes of the file. */
  readonly tsize?: number;
  readonly windowsize?: number;
  readonly multicast?: MulticastOption;
}

/**
 * What a request asks for. RFC 2347: unknown options are ignored, and a value that means nothing is not acknowledged. It also says that
 * the order of options means nothing; so of two values for one option neither counts.
 */
export function readRequestedOptions(options: OptionList): RequestedOptions {
  const values = valuesOf(options);
  const blksize = withinOrLess(values.get('blksize'), { min: MIN_BLOCK_BYTES, max: MAX_BLOCK_BYTES });
  const timeout = within(values.get('timeout'), TIMEOUT);
  const tsize = integerOf(values.get('tsize'));
  const windowsize = withinOrLess(values.get('windowsize'), WINDOW);
  return {
    ...(blksize === undefined ? {} : { blksize }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(tsize === undefined ? {} : { tsize }),
    ...(windowsize === undefined ? {} : { windowsize }),
    // RFC 2090: the value of the request is empty.
    ...(values.get('multicast') === '' ? { multicast: true } : {}),
  };
}

export function writeRequestedOptions(options: RequestedOptions): OptionList {
  return [
    ...(options.blksize === undefined ? [] : [['blksize', String(options.blksize)] as const]),
    ...(options.timeout === undefined ? [] : [['timeout', String(options.timeout)] as const]),
    ...(options.tsize === undefined ? [] : [['tsize', String(options.tsize)] as const]),
    ...(options.windowsize === undefined ? [] : [['windowsize', String(options.windowsize)] as const]),
    ...(options.multicast === true ? [['multicast', ''] as const] : []),
  ];
}

/**
 * What an OACK grants.
 * @param asked what the request asked for
 * @throws TftpError (code 8) where it grants what was not asked for, or what the option's RFC does not allow as an answer
 */
export function readGrantedOptions(options: OptionList, asked: RequestedOptions): GrantedOptions {
  const values = valuesOf(options);
  if (values.size < options.length) throw refused('The server answers an option twice');
  // RFC 2347: what was not asked for must not be in the answer.
  const wanted = new Set(writeRequestedOptions(asked).map(([name]) => name));
  for (const name of values.keys()) if (!wanted.has(name)) throw refused(`The server grants ${quoted(name)}, unasked`);
  const blksize = values.get('blksize');
  const timeout = values.get('timeout');
  const tsize = values.get('tsize');
  const windowsize = values.get('windowsize');
  const multicast = values.get('multicast');
  return {
    // RFC 2348: the answer is less than or equal to the request.
    ...(blksize === undefined ? {} : { blksize: answer('blksize', blksize, MIN_BLOCK_BYTES, asked.blksize) }),
    // RFC 2349: the answer is the request.
    ...(timeout === undefined ? {} : { timeout: answer('timeout', timeout, asked.timeout ?? 0, asked.timeout) }),
    ...(tsize === undefined ? {} : { tsize: answer('tsize', tsize, 0, Number.MAX_SAFE_INTEGER) }),
    // RFC 7440 section 3: the answer is less than or equal to the request.
    ...(windowsize === undefined ? {} : { windowsize: answer('windowsize', windowsize, WINDOW.min, asked.windowsize) }),
    ...(multicast === undefined ? {} : { multicast: multicastOf(multicast) }),
  };
}

export function writeGrantedOptions(options: GrantedOptions): OptionList {
  const { blksize, timeout, tsize, windowsize, multicast } = options;
  return [
    ...(blksize === undefined ? [] : [['blksize', String(blksize)] as const]),
    ...(timeout === undefined ? [] : [['timeout', String(timeout)] as const]),
    ...(tsize === undefined ? [] : [['tsize', String(tsize)] as const]),
    ...(windowsize === undefined ? [] : [['windowsize', String(windowsize)] as const]),
    ...(multicast === undefined ? [] : [['multicast', multicastText(multicast)] as const]),
  ];
}

/** RFC 2090: `addr,port,mc`. A later OACK may leave address and port empty. */
function multicastOf(text: string): MulticastOption {
  const [address = '', port = '', mc = '', ...rest] = text.split(',');
  const number = within(port, { min: 1, max: 65_535 });
  const isKnown = address === '' && port === '';
  if (rest.length > 0 || (mc !== '0' && mc !== '1')) throw refused('The multicast option is not "addr,port,mc"');
  if (!isKnown && (number === undefined || !isGroup(address)))
    throw refused('The multicast option does not name an IPv4 group and a port');
  return { address, port: number, master: mc === '1' };
}

function multicastText({ address, port, master }: MulticastOption): string {
  return `${address},${port ?? ''},${master ? 1 : 0}`;
}

/** RFC 5771: IPv4 groups are 224.0.0.0/4; those of 224.0.0.0/24 are for routing, never for files. */
function isGroup(address: string): boolean {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return false;
  const [first = 0, second = 0, third = 0, fourth = 0] = address.split('.').map(Number);
  const isControl = first === 224 && second === 0 && third === 0;
  return first >= 224 && first <= 239 && Math.max(second, third, fourth) <= 255 && !isControl;
}

/** One value for each option; undefined for one that has two. */
function valuesOf(options: OptionList): Map<string, string | undefined> {
  const values = new Map<string, string | undefined>();
  for (const [name, value] of options)
    values.set(name, values.has(name) && values.get(name) !== value ? undefined : value);
  return values;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

function within(text: string | undefined, { min, max }: Bounds): number | undefined {
  const value = integerOf(text);
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

/** A value that may be answered with a smaller one: what is too much asks for the most. */
function withinOrLess(text: string | undefined, { min, max }: Bounds): number | undefined {
  const value = integerOf(text);
  return value !== undefined && value >= min ? Math.min(value, max) : undefined;
}

/** RFC 2348, 2349, 7440: numbers are ASCII decimals. Sixteen digits at most stay exact. */
function integerOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function answer(name: string, text: string, min: number, max: number | undefined): number {
  const value = within(text, { min, max: max ?? 0 });
  if (value === undefined) throw refused(`The server's answer to ${name} is not possible`);
  return value;
}

function quoted(name: string): string {
  return `"${name.slice(0, 32).replace(/[^\x20-\x7e]/g, '?')}"`;
}

/** RFC 2347: code 8 ends a transfer for the sake of its options. */
function refused(message: string): TftpError {
  return new TftpError(ErrorCode.options, message);
}
