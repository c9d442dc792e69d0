import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { type IAudioMetadata, parseFile, selectCover } from 'music-metadata';
import { inertText } from '../../src-shared/text/plain-text';
import { MAX_COVER_BYTES, MAX_TAG_CHARS } from '../../src-shared/wire/limits';
import { type Cover, type Track, trackSchema } from '../../src-shared/wire/messages';
import { coverType } from './cover-size';
import { midiTrackName } from './midi-name';

/** What one music file says of itself. */
export interface TrackTags {
  readonly track: Track;
  readonly cover?: { readonly mime: Cover['mime']; readonly data: Uint8Array };
}

const MIDI = new Set(['.mid', '.midi']);
const AUDIO = new Set(
  '.aac .aif .aiff .ape .dff .dsf .flac .m4a .m4b .mka .mp3 .mpc .oga .ogg .opus .wav .weba .wma .wv'.split(' '),
);
/** A track's name stands at its start. */
const MIDI_HEAD_BYTES = 16 * 1024;

/** True where the name promises music that can be read. */
export function isMusic(path: string): boolean {
  const extension = extname(path).toLowerCase();
  return AUDIO.has(extension) || MIDI.has(extension);
}

/** Reads a music file's tags and cover. Rejects where they are broken: the caller sends the file without. */
export async function readTrack(path: string): Promise<TrackTags> {
  if (MIDI.has(extname(path).toLowerCase())) return { track: await readMidi(path) };
  const metadata = await parseFile(path, { duration: false });
  const cover = coverOf(metadata);
  return cover === undefined ? { track: trackOf(metadata) } : { track: trackOf(metadata), cover };
}

async function readMidi(path: string): Promise<Track> {
  const handle = await open(path, 'r');
  try {
    const head = Buffer.alloc(MIDI_HEAD_BYTES);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const title = cleanTag(midiTrackName(head.subarray(0, bytesRead)));
    return title === undefined ? { format: 'MIDI' } : { format: 'MIDI', title };
  } finally {
    await handle.close();
  }
}

function trackOf({ common, format }: IAudioMetadata): Track {
  const fields = {
    title: cleanTag(common.title),
    artist: cleanTag(common.artist),
    album: cleanTag(common.album),
    track: common.track.no ?? undefined,
    duration: format.duration,
    sampleRate: format.sampleRate,
    format: formatName(format),
  };
  const valid = Object.entries(fields).filter(([, value]) => value !== undefined);
  // A number out of range is dropped alone: the title may still be right.
  return Object.fromEntries(valid.filter(([name, value]) => trackSchema.safeParse({ [name]: value }).success));
}

/** One line without controls, cut to what a manifest takes; undefined where nothing is left. */
function cleanTag(tag: string | undefined): string | undefined {
  if (typeof tag !== 'string') return undefined;
  const line = inertText(tag.slice(0, MAX_TAG_CHARS * 4))
    .replace(/\s+/gu, ' ')
    .trim();
  // Cut between characters: half of a surrogate pair is no text.
  const cut = line.slice(0, MAX_TAG_CHARS).replace(/\p{Cs}$/u, '');
  return cut === '' ? undefined : cut;
}

function formatName({ container, codec }: IAudioMetadata['format']): string | undefined {
  if (codec?.endsWith('Layer 3') === true) return 'MP3';
  if (container === 'WAVE') return 'WAV';
  return cleanTag(container?.split('/')[0]);
}

function coverOf({ common }: IAudioMetadata): TrackTags['cover'] {
  const picture = selectCover(common.picture);
  if (picture === null || picture.data.length > MAX_COVER_BYTES) return undefined;
  // What the bytes are; what a tag calls them does not matter.
  const mime = coverType(picture.data);
  return mime === undefined ? undefined : { mime, data: picture.data };
}
