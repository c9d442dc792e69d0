const HEADER = 'MThd';
const META_EVENT = 0xff;
const TRACK_NAME = 0x03;

/** The name in a Standard MIDI File's first track: the meta event FF 03 before the first note. */
export function midiTrackName(bytes: Buffer): string | undefined {
  if (bytes.toString('latin1', 0, 4) !== HEADER) return undefined;
  const track = bytes.indexOf('MTrk');
  if (track < 0) return undefined;
  let at = track + 8;
  for (;;) {
    const delta = variableLength(bytes, at);
    if (delta === undefined || bytes[delta.next] !== META_EVENT) return undefined;
    const length = variableLength(bytes, delta.next + 2);
    if (length === undefined || length.next + length.value > bytes.length) return undefined;
    at = length.next + length.value;
    if (bytes[delta.next + 1] === TRACK_NAME) return decode(bytes.subarray(length.next, at));
  }
}

/** A quantity of up to four bytes with seven bits each. */
function variableLength(bytes: Buffer, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value = value * 0x80 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  return undefined;
}

/** The standard leaves the character set open: UTF-8 where it is valid, else Latin-1. */
function decode(text: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    return text.toString('latin1');
  }
}
