import type { FileView, IncomingView } from '../../../src-shared/ipc/snapshots';
import { inertText, plainText } from '../../../src-shared/text/plain-text';
import { nameOf } from '../../stores/transfer-selectors';

/** One piece of music as the player knows it; its texts are inert. */
export interface PlayerTrack {
  readonly transfer: string;
  /** Its place among the transfer's files. */
  readonly file: number;
  readonly title: string;
  readonly artist: string;
  readonly cover: string | undefined;
  /** As the tags say; undefined where they say nothing. */
  readonly seconds: number | undefined;
  readonly size: number;
}

/** What Chromium decodes and the main process serves. AIFF, MIDI, WMA and others are for the system's own programs. */
const PLAYABLE = new Set(['aac', 'flac', 'm4a', 'mp3', 'oga', 'ogg', 'opus', 'wav', 'weba']);

const TITLE_CHARS = 120;

/** Whether the player can be expected to play the file, by its name. */
export function isPlayable(path: string): boolean {
  return PLAYABLE.has(extensionOf(path));
}

/** "flac" of "a/b.FLAC"; empty where there is none. */
export function extensionOf(path: string): string {
  const name = nameOf(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** The pieces of a received transfer that can be played, in the teacher's order. */
export function playerTracks({ id, files, covers }: IncomingView): PlayerTrack[] {
  return files.flatMap((view, file) => {
    const { path, size, track } = view;
    if (!isPlayable(path)) return [];
    return {
      transfer: id,
      file,
      title: pieceTitle(view),
      artist: tagText(track?.artist) ?? '',
      cover: track?.cover === undefined ? undefined : covers[track.cover],
      seconds: track?.duration,
      size,
    };
  });
}

/** What a piece is called: its title, or else its file's name. */
export function pieceTitle({ path, track }: FileView): string {
  return tagText(track?.title) ?? plainText(nameOf(path), TITLE_CHARS);
}

/** A tag as one inert line; undefined where it says nothing that can be seen. */
export function tagText(tag: string | undefined): string | undefined {
  if (tag === undefined || inertText(tag.slice(0, TITLE_CHARS * 8)).trim() === '') return undefined;
  return plainText(tag, TITLE_CHARS);
}
