import { MAX_NAME_BYTES, MAX_PATH_SEGMENTS } from '../../src-shared/wire/limits';

/** Names that come from other computers, and what of them may reach a disk: PROTOCOL.md section 10.3. */

/** Folder below the destination where a student's keys and incomplete files are; hidden by its name, closed to senders. */
export const STATE_FOLDER = '.tutti';

const CONTROL = /\p{Cc}/u;
/** Reverses, hides or breaks what a person reads: direction marks, zero-width characters, line separators, tags. */
const INVISIBLE = /[\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
/** Joiners belong between letters of Persian or Indian scripts and in emoji; beside ASCII they only hide. */
const STRAY_JOINER = /(?<![^\0-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\0-\x7f])/u;
const LONE_SURROGATE = /\p{Cs}/u;
const SEPARATOR = /[/\\]/;
const DRIVE = /^[a-z]:$/i;

/**
 * Says in one sentence why a path may not be stored on any computer; undefined where it may.
 * A teacher checks before it offers a file, a student before it writes anything.
 */
export function checkPath(segments: readonly string[]): string | undefined {
  if (segments.length === 0) return 'A file without a name cannot be sent.';
  if (segments.length > MAX_PATH_SEGMENTS) {
    return `“${shown(segments.at(-1) ?? '')}” lies more than ${MAX_PATH_SEGMENTS} folders deep.`;
  }
  if (DRIVE.test(segments[0] ?? '')) return `“${shown(segments[0] ?? '')}” is the name of a drive, not of a file.`;
  if (isStateFolder(segments[0] ?? '')) return `“${STATE_FOLDER}” is where Tutti keeps its own files.`;
  for (const segment of segments) {
    const fault = nameFault(segment);
    if (fault !== undefined) return `The name “${shown(segment)}” ${fault}.`;
  }
  return undefined;
}

function nameFault(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (isDotSegment(name)) return 'stands for another folder';
  if (SEPARATOR.test(name)) return 'holds a slash or backslash';
  if (CONTROL.test(name)) return 'holds a control character';
  if (LONE_SURROGATE.test(name)) return 'is not valid text';
  if (INVISIBLE.test(name) || STRAY_JOINER.test(name)) return 'holds invisible characters';
  const compatible = name.normalize('NFKC');
  if (isDotSegment(compatible) || SEPARATOR.test(compatible))
    return 'holds a character that passes for a path separator';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `is longer than ${MAX_NAME_BYTES} bytes`;
  return undefined;
}

/** In every spelling that some file system takes for the same. */
function isStateFolder(name: string): boolean {
  return (
    name
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[. ]+$/, '') === STATE_FOLDER
  );
}

function isDotSegment(name: string): boolean {
  return name === '.' || name === '..';
}

/** A hostile name made fit for a sentence: short, and every character that does not show as itself as a `�`. */
function shown(name: string): string {
  const visible = name.replace(/[\p{C}\u2028\u2029]/gu, '\ufffd');
  return visible.length > 80 ? `${visible.slice(0, 80)}…` : visible;
}

const WINDOWS_FORBIDDEN = /[<>:"|?*]/g;
/** Devices, whatever follows the first dot: `NUL.mp3` is the null device. */
const WINDOWS_RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])\s*(\.|$)/i;

/**
 * The name under which this computer stores a segment that `checkPath` has passed. Windows cannot store every honest name
 * ("Who? Me", "R.E.M."): there what it refuses becomes `_`. Everywhere else a name stays as it is, byte by byte.
 */
export function localName(segment: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return segment;
  const portable = segment.replace(WINDOWS_FORBIDDEN, '_').replace(/[. ]+$/, (ending) => '_'.repeat(ending.length));
  return WINDOWS_RESERVED.test(portable) ? fitName('_', portable, '') : portable;
}

/** Not a leading dot, and nothing with a space: “Op. 67” has none. */
const EXTENSION = /(?<=.)\.[\p{L}\p{N}]{1,10}$/u;

/** `name.ext` → `name (2).ext`, shortened where needed so that it stays a name; number 1 is the name itself. */
export function numberedName(name: string, number: number): string {
  return number === 1 ? name : suffixedName(name, ` (${number})`);
}

/** Puts a suffix between name and extension; the name is shortened where needed. */
export function suffixedName(name: string, suffix: string): string {
  const extension = EXTENSION.exec(name)?.[0] ?? '';
  return fitName('', name.slice(0, name.length - extension.length), `${suffix}${extension}`);
}

function fitName(prefix: string, stem: string, suffix: string): string {
  const characters = [...stem];
  const length = () => Buffer.byteLength(prefix + characters.join('') + suffix);
  while (length() > MAX_NAME_BYTES) characters.pop();
  return prefix + characters.join('') + suffix;
}
