import type { Note, Tune } from './tunes';

/** Sound from notes: 16-bit stereo, the way a CD holds it. */

export const SAMPLE_RATE = 44_100;
export const CHANNELS = 2;
/** Bytes of one second of 16-bit stereo. */
export const PCM_BYTES_PER_SECOND = SAMPLE_RATE * CHANNELS * 2;

export interface Pcm {
  /** Left and right, of equal length. */
  readonly left: Int16Array;
  readonly right: Int16Array;
}

export interface Voice {
  readonly beatsPerMinute: number;
  /** Loudness of each partial, the fundamental first. */
  readonly partials: readonly number[];
  /** Seconds until a note has faded to about a third. */
  readonly decay: number;
}

export const ORGAN: Voice = { beatsPerMinute: 100, partials: [1, 0.6, 0.3, 0.25, 0.1], decay: 4 };
export const HARPSICHORD: Voice = { beatsPerMinute: 84, partials: [1, 0.8, 0.6, 0.5, 0.35, 0.25], decay: 0.5 };
export const MUSIC_BOX: Voice = { beatsPerMinute: 120, partials: [1, 0, 0.3, 0.2], decay: 0.9 };

const TABLE_SIZE = 4096;
const ATTACK_SECONDS = 0.008;
/** Of 32767: loud, and far from clipping. */
const PEAK = 24_000;
const HISS = 60;

/** Plays the tune over and over for so many seconds, with the faint hiss of a real recording. */
export function play(tune: Tune, voice: Voice, seconds: number, random: () => number): Pcm {
  const length = Math.round(seconds * SAMPLE_RATE);
  const once = playOnce(tune, voice);
  const gain = PEAK / Math.max(peakOf(once.left), peakOf(once.right));
  return { left: record(once.left, length, gain, random), right: record(once.right, length, gain, random) };
}

function playOnce(tune: Tune, voice: Voice): { left: Float32Array; right: Float32Array } {
  const samplesPerBeat = (60 / voice.beatsPerMinute) * SAMPLE_RATE;
  const left = new Float32Array(Math.round(tune.beats * samplesPerBeat));
  const right = new Float32Array(left.length);
  const table = waveTable(voice.partials);
  for (const note of tune.notes) addNote(left, right, note, { samplesPerBeat, table, decay: voice.decay });
  return { left, right };
}

interface Placement {
  readonly samplesPerBeat: number;
  readonly table: Float32Array;
  readonly decay: number;
}

function addNote(left: Float32Array, right: Float32Array, note: Note, place: Placement): void {
  const from = Math.round(note.at * place.samplesPerBeat);
  const to = Math.min(left.length, Math.round(from + note.beats * place.samplesPerBeat));
  const step = (440 * 2 ** ((note.key - 69) / 12) * TABLE_SIZE) / SAMPLE_RATE;
  // Low keys to the left, high keys to the right, as at a keyboard.
  const pan = Math.min(0.8, Math.max(0.2, (note.key - 36) / 60));
  const fade = Math.exp(-1 / (place.decay * SAMPLE_RATE));
  const attack = ATTACK_SECONDS * SAMPLE_RATE;
  let phase = 0;
  let loudness = 1;
  for (let i = from; i < to; i++) {
    const edge = Math.min(1, (i - from) / attack, (to - i) / attack);
    const sample = (place.table[phase & (TABLE_SIZE - 1)] ?? 0) * loudness * edge;
    left[i] = (left[i] ?? 0) + sample * (1 - pan);
    right[i] = (right[i] ?? 0) + sample * pan;
    phase += step;
    loudness *= fade;
  }
}

function waveTable(partials: readonly number[]): Float32Array {
  const sum = partials.reduce((total, loudness) => total + loudness, 0);
  return Float32Array.from({ length: TABLE_SIZE }, (_, i) =>
    partials.reduce(
      (total, loudness, n) => total + (loudness / sum) * Math.sin((2 * Math.PI * i * (n + 1)) / TABLE_SIZE),
      0,
    ),
  );
}

function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i] ?? 0));
  return peak;
}

function record(once: Float32Array, length: number, gain: number, random: () => number): Int16Array {
  const out = new Int16Array(length);
  for (let i = 0; i < length; i++) out[i] = (once[i % once.length] ?? 0) * gain + (random() - 0.5) * HISS;
  return out;
}
