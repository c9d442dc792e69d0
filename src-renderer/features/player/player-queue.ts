/**
 * The order of play and the times of the sound, without any sound: what plays, what follows, and when each starts.
 * Every time is a whole number of sample frames of the audio clock, so a piece starts on the very frame after the last
 * one of the piece before. A track is its index in the teacher's order.
 */

/** A track that can sound: decoded in memory, or streamed from its file. */
export interface Sound {
  /** Frames. */
  readonly length: number;
  readonly streamed: boolean;
}

/** A sound on the audio clock. */
export interface Voice extends Sound {
  readonly track: number;
  /** When it starts to sound. */
  readonly start: number;
  /** The frame of the piece that it starts with. */
  readonly from: number;
}

/** Why a track is passed over. */
export type Trouble = 'gone' | 'unplayable' | 'unreadable';

export interface PlayerQueue {
  readonly count: number;
  readonly current: number;
  readonly playing: boolean;
  /** Where in the piece the current track goes on when it sounds next. */
  readonly position: number;
  /** What is in memory: never more than the current track and the next. */
  readonly sounds: ReadonlyMap<number, Sound>;
  readonly troubles: ReadonlyMap<number, Trouble>;
  /** What sounds, then what is to follow it without a gap. */
  readonly voices: readonly Voice[];
}

/**
 * Between the decision that something sounds and its first frame. Longer than the audio thread renders ahead: a start
 * in its past would be late, and the next piece would start before the end of this one.
 */
export const LEAD_FRAMES = 2048;

/** A set from one of its tracks on, to be played at once. */
export function openQueue(count: number, current: number): PlayerQueue {
  return { count, current, playing: true, position: 0, sounds: new Map(), troubles: new Map(), voices: [] };
}

/** The tracks to have in memory, the most urgent first; the next one only after the current one is there. */
export function wantedTracks(queue: PlayerQueue): number[] {
  const sound = queue.sounds.get(queue.current);
  const next = following(queue);
  return sound === undefined || next === undefined ? [queue.current] : [queue.current, next];
}

/** A wanted track is in memory. */
export function loaded(queue: PlayerQueue, track: number, sound: Sound, now: number): PlayerQueue {
  if (!wantedTracks(queue).includes(track)) return queue;
  const position = track === queue.current ? clamp(queue.position, sound.length) : queue.position;
  return settled({ ...queue, position, sounds: new Map(queue.sounds).set(track, sound) }, now);
}

/** A track cannot be played: the next one takes its place; where there is none, the set is over. */
export function skipped(queue: PlayerQueue, track: number, trouble: Trouble, now: number): PlayerQueue {
  const marked = { ...queue, troubles: new Map(queue.troubles).set(track, trouble) };
  return track === queue.current ? afterCurrent(marked, now) : settled(marked, now);
}

/** A track has sounded to its end. */
export function finished(queue: PlayerQueue, track: number, now: number): PlayerQueue {
  return track === queue.current ? afterCurrent(queue, now) : queue;
}

export function play(queue: PlayerQueue, now: number): PlayerQueue {
  return settled({ ...queue, playing: !queue.troubles.has(queue.current) }, now);
}

/** Silence, until the current piece goes on at `position`. */
export function pause(queue: PlayerQueue, position: number): PlayerQueue {
  return { ...queue, playing: false, position, voices: [] };
}

/** Goes on from another place in the piece; where its end is shows once it is loaded. */
export function seek(queue: PlayerQueue, position: number, now: number): PlayerQueue {
  const length = queue.sounds.get(queue.current)?.length ?? Number.MAX_SAFE_INTEGER;
  return settled({ ...queue, position: clamp(Math.round(position), length), voices: [] }, now);
}

/** Skips to the next track; at the last one the set is over. */
export function next(queue: PlayerQueue, now: number): PlayerQueue {
  return afterCurrent({ ...queue, voices: [] }, now);
}

/** To the track before; from the first one, to its start. */
export function previous(queue: PlayerQueue, now: number): PlayerQueue {
  const before = preceding(queue);
  if (before === undefined) return seek(queue, 0, now);
  return settled({ ...queue, current: before, position: 0, voices: [] }, now);
}

/** Where in the current piece the sound is. */
export function positionAt(queue: PlayerQueue, now: number): number {
  const [voice] = queue.voices;
  if (voice === undefined) return queue.position;
  return clamp(voice.from + Math.max(0, now - voice.start), voice.length);
}

/** True between the wish to play and the first frame that can. */
export function isLoading({ playing, sounds, current }: PlayerQueue): boolean {
  return playing && !sounds.has(current);
}

/** The frame after the voice's last. */
export function endOf({ start, from, length }: Voice): number {
  return start + length - from;
}

export function hasNext(queue: PlayerQueue): boolean {
  return following(queue) !== undefined;
}

function afterCurrent(queue: PlayerQueue, now: number): PlayerQueue {
  const track = following(queue);
  if (track === undefined) return over(queue, now);
  const voices = queue.voices.filter((voice) => voice.track === track);
  return settled({ ...queue, current: track, position: 0, voices }, now);
}

/** After the last track the set is as it was before: ready to be played from its start. */
function over(queue: PlayerQueue, now: number): PlayerQueue {
  const first = tracks(queue).find((track) => !queue.troubles.has(track)) ?? queue.current;
  return settled({ ...queue, current: first, playing: false, position: 0, voices: [] }, now);
}

function settled(queue: PlayerQueue, now: number): PlayerQueue {
  const wanted = wantedTracks(queue);
  const sounds = new Map([...queue.sounds].filter(([track]) => wanted.includes(track)));
  return { ...queue, sounds, voices: voicesOf({ ...queue, sounds }, now) };
}

/** Voices that are there stay as they are; what is missing is added. */
function voicesOf(queue: PlayerQueue, now: number): Voice[] {
  const sound = queue.sounds.get(queue.current);
  if (!queue.playing || sound === undefined) return [];
  const start = now + LEAD_FRAMES;
  const first = voiceOf(queue, queue.current) ?? { track: queue.current, start, from: queue.position, ...sound };
  const track = following(queue);
  const after = track === undefined ? undefined : queue.sounds.get(track);
  // Only sounds in memory start on the frame: what is streamed waits until the one before has ended.
  if (track === undefined || after === undefined || first.streamed || after.streamed) return [first];
  return [first, voiceOf(queue, track) ?? { track, start: Math.max(endOf(first), now), from: 0, ...after }];
}

function voiceOf({ voices }: PlayerQueue, track: number): Voice | undefined {
  return voices.find((voice) => voice.track === track);
}

function following(queue: PlayerQueue): number | undefined {
  return tracks(queue).find((track) => track > queue.current && !queue.troubles.has(track));
}

function preceding(queue: PlayerQueue): number | undefined {
  return tracks(queue).findLast((track) => track < queue.current && !queue.troubles.has(track));
}

function tracks({ count }: PlayerQueue): number[] {
  return Array.from({ length: count }, (_, track) => track);
}

function clamp(position: number, length: number): number {
  return Math.max(0, Math.min(length, position));
}
