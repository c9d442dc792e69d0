import type { Tune } from './tunes';

/** Standard MIDI files, format 0 (one track). */

const TICKS_PER_BEAT = 480;
const META_TRACK_NAME = 0x03;
const META_END_OF_TRACK = 0x2f;
const META_TEMPO = 0x51;
const NOTE_ON = 0x90;
const NOTE_OFF = 0x80;

/** @returns A whole MIDI file that plays the tune once, its title as the track name. */
export function encodeMidi(tune: Tune, title: string, beatsPerMinute: number): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt16BE(0, 0);
  header.writeUInt16BE(1, 2);
  header.writeUInt16BE(TICKS_PER_BEAT, 4);
  const tempo = Buffer.alloc(3);
  tempo.writeUIntBE(Math.round(60e6 / beatsPerMinute), 0, 3);
  const track = [
    metaEvent(META_TRACK_NAME, Buffer.from(title)),
    metaEvent(META_TEMPO, tempo),
    ...noteEvents(tune),
    metaEvent(META_END_OF_TRACK, Buffer.alloc(0)),
  ];
  return Buffer.concat([chunk('MThd', header), chunk('MTrk', Buffer.concat(track))]);
}

function noteEvents({ notes }: Tune): Buffer[] {
  const events = notes.flatMap(({ key, at, beats }) => [
    { tick: Math.round(at * TICKS_PER_BEAT), bytes: [NOTE_ON, key, 90] },
    { tick: Math.round((at + beats) * TICKS_PER_BEAT), bytes: [NOTE_OFF, key, 0] },
  ]);
  events.sort((a, b) => a.tick - b.tick);
  let previous = 0;
  return events.map(({ tick, bytes }) => {
    const delta = tick - previous;
    previous = tick;
    return Buffer.from([...variableLength(delta), ...bytes]);
  });
}

function metaEvent(type: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0, 0xff, type, ...variableLength(data.length)]), data]);
}

/** Seven bits a byte, the highest first; the top bit says that another byte follows. */
function variableLength(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [...variableLength(value >> 7).map((byte) => byte | 0x80), low];
}

function chunk(id: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  head.writeUInt32BE(data.length, 4);
  return Buffer.concat([head, data]);
}
