/** Tunes that belong to everybody, as notes. */

export interface Note {
  /** MIDI key: 60 is middle C. */
  readonly key: number;
  /** When it starts, in beats. */
  readonly at: number;
  /** How long it is held, in beats. */
  readonly beats: number;
}

export interface Tune {
  readonly notes: readonly Note[];
  /** Length in beats. */
  readonly beats: number;
}

const STEPS: Record<string, number> = { c: 0, d: 2, e: 4, f: 5, g: 7, a: 9, b: 11 };

/** Beethoven, Symphony No. 9, last movement. */
export const ODE_TO_JOY = melody(
  'e4 e f g | g f e d | c c d e | e:1.5 d:0.5 d:2 | e e f g | g f e d | c c d e | d:1.5 c:0.5 c:2 |' +
    'd d e c | d e:0.5 f:0.5 e c | d e:0.5 f:0.5 e d | c d g3:2 | e4 e f g | g f e d | c c d e | d:1.5 c:0.5 c:2',
);

/** French, about 1780; the third voice enters when the first is half through. */
export const FRERE_JACQUES = round(
  melody(
    'c4 d e c | c d e c | e f g:2 | e f g:2 | g:0.5 a:0.5 g:0.5 f:0.5 e c | g:0.5 a:0.5 g:0.5 f:0.5 e c |' +
      'c g3 c4:2 | c g3 c4:2',
  ),
  3,
  8,
);

/** French, 1761; Mozart wrote the variations. */
export const AH_VOUS_DIRAI_JE = melody(
  'c4 c g g | a a g:2 | f f e e | d d c:2 | g g f f | e e d:2 | g g f f | e e d:2 | c c g g | a a g:2 | f f e e | d d c:2',
);

/** Bach, The Well-Tempered Clavier I, Prelude No. 1: each bar breaks one chord of five notes, twice. */
export const PRELUDE = brokenChords(
  'c4 e g c5 e | c4 d a d5 f | b3 d4 g d5 f | c4 e g c5 e | c4 e a e5 a | c4 d f# a d5 | b3 d4 g d5 g | b3 c4 e g c5 |' +
    'a3 c4 e g c5 | d3 a d4 f# c5 | g3 b d4 g b',
);

/** Pachelbel's ground bass with its chords, for the MIDI file. */
export const CANON = brokenChords(
  'd3 a d4 f# a | a2 e3 a c#4 e | b2 f#3 b d4 f# | f#2 c#3 f# a c#4 | g2 d3 g b d4 | d2 a d3 f# a | g2 d3 g b d4 | a2 e3 a c#4 e',
);

/** A new variation over La Folia (15th century) for every random sequence. */
export function folia(random: () => number): Tune {
  const chords = 'd3 a d4 f a|a2 e3 a c#4 e|d3 a d4 f a|c3 g c4 e g|f3 c4 f a c5|c3 g c4 e g|d3 a d4 f a|a2 e3 a c#4 e';
  const notes = chords.split('|').flatMap((chord, bar) => {
    const keys = keysOf(chord);
    const bass = { key: (keys[0] ?? 50) - 12, at: bar * 3, beats: 3 };
    const figure = Array.from({ length: 6 }, (_, i) => {
      const key = keys[Math.floor(random() * keys.length)] ?? 62;
      return { key: key + (random() < 0.3 ? 12 : 0), at: bar * 3 + i / 2, beats: 0.5 + random() };
    });
    return [bass, ...figure];
  });
  return { notes, beats: 24 };
}

/** Notes one after the other: `name[octave][:beats]`, the octave as before when left out, one beat when not said. */
function melody(text: string): Tune {
  let octave = 4;
  let at = 0;
  const notes = words(text).map((word): Note => {
    const [pitch = '', beats = '1'] = word.split(':');
    octave = octaveOf(pitch, octave);
    const note = { key: keyOf(pitch, octave), at, beats: Number(beats) };
    at += note.beats;
    return note;
  });
  return { notes, beats: at };
}

function round(voice: Tune, voices: number, beatsApart: number): Tune {
  const notes = Array.from({ length: voices }, (_, i) =>
    voice.notes.map((note) => ({ ...note, key: note.key - 12 * (i % 2), at: note.at + i * beatsApart })),
  ).flat();
  return { notes, beats: voice.beats + (voices - 1) * beatsApart };
}

function brokenChords(text: string): Tune {
  const order = [0, 1, 2, 3, 4, 2, 3, 4];
  const notes = text.split('|').flatMap((chord, bar) => {
    const keys = keysOf(chord);
    return [...order, ...order].map((index, i): Note => ({ key: keys[index] ?? 60, at: bar * 4 + i / 4, beats: 0.9 }));
  });
  return { notes, beats: text.split('|').length * 4 };
}

function keysOf(chord: string): number[] {
  let octave = 4;
  return words(chord).map((pitch) => {
    octave = octaveOf(pitch, octave);
    return keyOf(pitch, octave);
  });
}

function words(text: string): string[] {
  return text.split(/[\s|]+/).filter((word) => word !== '');
}

function octaveOf(pitch: string, before: number): number {
  return Number(/\d/.exec(pitch)?.[0] ?? before);
}

function keyOf(pitch: string, octave: number): number {
  const step = STEPS[pitch.charAt(0)];
  if (step === undefined) throw new Error(`"${pitch}" is no note`);
  return 12 * (octave + 1) + step + (pitch.includes('#') ? 1 : 0);
}
