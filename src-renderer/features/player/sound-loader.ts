import { mediaPath } from '../../../src-shared/ipc/media-path';
import { peaksOf } from './peaks';
import type { Trouble } from './player-queue';
import type { PlayerTrack } from './player-track';

/** A piece decoded into memory, with its picture. */
interface DecodedSound {
  readonly kind: 'decoded';
  readonly buffer: AudioBuffer;
  readonly peaks: Float32Array;
}

/** A piece that is too long for memory: it plays from its file. */
interface StreamedSound {
  readonly kind: 'streamed';
  readonly element: HTMLAudioElement;
}

export type LoadedSound = DecodedSound | StreamedSound;

/** A piece that cannot be played, and why. */
export class UnplayableError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble);
  }
}

/** A decoded second of stereo takes 384 kB at 48 kHz: two pieces of this length take under half a gigabyte. */
const MAX_DECODED_SECONDS = 600;
/** A file of this size may hold more than that, if its tags do not say how long it is. */
const MAX_UNKNOWN_BYTES = 25_000_000;
/** No recording of that length is larger: what says so is read from its file too. */
const MAX_DECODED_BYTES = 250_000_000;

/**
 * Gets a received piece ready to sound.
 * @throws UnplayableError, or an AbortError once `signal` is aborted.
 */
export function loadSound(context: BaseAudioContext, track: PlayerTrack, signal: AbortSignal): Promise<LoadedSound> {
  const url = mediaPath(track.transfer, track.file);
  return isLong(track) ? stream(url, signal) : decode(context, url, signal);
}

function isLong({ seconds, size }: PlayerTrack): boolean {
  if (size > MAX_DECODED_BYTES) return true;
  return seconds === undefined ? size > MAX_UNKNOWN_BYTES : seconds > MAX_DECODED_SECONDS;
}

async function decode(context: BaseAudioContext, url: string, signal: AbortSignal): Promise<DecodedSound> {
  const file = await (await get(url, { signal })).arrayBuffer();
  const buffer = await context.decodeAudioData(file).catch(() => {
    throw new UnplayableError('unplayable');
  });
  signal.throwIfAborted();
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
  return { kind: 'decoded', buffer, peaks: peaksOf(channels) };
}

async function stream(url: string, signal: AbortSignal): Promise<StreamedSound> {
  // An element does not say why it failed: a file that is gone is told from one that cannot be played here.
  await get(url, { signal, headers: { range: 'bytes=0-0' } });
  const element = new Audio(url);
  element.preload = 'auto';
  await new Promise<void>((resolve, reject) => {
    element.addEventListener('loadedmetadata', () => resolve(), { once: true });
    element.addEventListener('error', () => reject(new UnplayableError('unplayable')), { once: true });
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  }).catch((error: unknown) => {
    release(element);
    throw error;
  });
  if (!Number.isFinite(element.duration)) throw new UnplayableError('unplayable');
  return { kind: 'streamed', element };
}

/** Lets go of the element's file. */
export function release(element: HTMLAudioElement): void {
  element.removeAttribute('src');
  element.load();
}

async function get(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.ok) return response;
  throw new UnplayableError(response.status === 404 ? 'gone' : 'unreadable');
}
