import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endOf,
  finished,
  hasNext,
  isLoading,
  LEAD_FRAMES,
  loaded,
  next,
  openQueue,
  type PlayerQueue,
  pause,
  play,
  positionAt,
  previous,
  type Sound,
  seek,
  skipped,
  wantedTracks,
} from './player-queue';

const SECOND = 48_000;
const buffered = (seconds: number): Sound => ({ length: seconds * SECOND, streamed: false });
const streamed = (seconds: number): Sound => ({ length: seconds * SECOND, streamed: true });

/** The first two of four tracks, in memory and scheduled. */
function playing(sounds: readonly [Sound, Sound] = [buffered(10), buffered(20)]): PlayerQueue {
  return loaded(loaded(openQueue(4, 0), 0, sounds[0], 0), 1, sounds[1], 5000);
}

const starts = ({ voices }: PlayerQueue) => voices.map(({ track, start, from }) => ({ track, start, from }));

describe('loading', () => {
  it('wants the current track first, then the next, never more', () => {
    const opened = openQueue(4, 0);
    expect(wantedTracks(opened)).toEqual([0]);
    expect(isLoading(opened)).toBe(true);
    const one = loaded(opened, 0, buffered(10), 0);
    expect(wantedTracks(one)).toEqual([0, 1]);
    expect(isLoading(one)).toBe(false);
  });

  it('forgets what is no longer wanted, and what comes too late', () => {
    const second = next(playing(), 20_000);
    expect([...second.sounds.keys()]).toEqual([1]);
    expect(loaded(second, 0, buffered(10), 30_000)).toBe(second);
  });
});

describe('gapless', () => {
  it('starts the next track on the frame after the last of the current one', () => {
    expect(starts(playing())).toEqual([
      { track: 0, start: LEAD_FRAMES, from: 0 },
      { track: 1, start: LEAD_FRAMES + 10 * SECOND, from: 0 },
    ]);
  });

  it('keeps the voice that sounds when its turn comes, and puts the one after behind it', () => {
    const before = playing();
    const turned = finished(before, 0, LEAD_FRAMES + 10 * SECOND + 700);
    expect(turned.voices).toEqual([before.voices[1]]);
    const both = loaded(turned, 2, buffered(5), 12 * SECOND);
    expect(both.voices[0]).toBe(turned.voices[0]);
    expect(both.voices[1]?.start).toBe(LEAD_FRAMES + 30 * SECOND);
  });

  it('moves the next start along with a seek', () => {
    const sought = seek(playing(), 8 * SECOND, 2 * SECOND);
    expect(starts(sought)).toEqual([
      { track: 0, start: 2 * SECOND + LEAD_FRAMES, from: 8 * SECOND },
      { track: 1, start: 4 * SECOND + LEAD_FRAMES, from: 0 },
    ]);
  });

  it('starts a late one at once', () => {
    const one = loaded(openQueue(2, 0), 0, buffered(1), 0);
    const late = loaded(one, 1, buffered(1), 3 * SECOND);
    expect(late.voices[1]?.start).toBe(3 * SECOND);
  });

  it('lets a streamed track wait for the end of the one before', () => {
    const before = playing([buffered(10), streamed(3600)]);
    expect(before.voices).toHaveLength(1);
    const turned = finished(before, 0, 11 * SECOND);
    expect(starts(turned)).toEqual([{ track: 1, start: 11 * SECOND + LEAD_FRAMES, from: 0 }]);
  });
});

describe('pause and position', () => {
  it('goes on where it stopped', () => {
    const stopped = pause(playing(), 4 * SECOND);
    expect(stopped.voices).toEqual([]);
    expect(positionAt(stopped, 99 * SECOND)).toBe(4 * SECOND);
    expect(starts(play(stopped, 100 * SECOND))).toEqual([
      { track: 0, start: 100 * SECOND + LEAD_FRAMES, from: 4 * SECOND },
      { track: 1, start: 106 * SECOND + LEAD_FRAMES, from: 0 },
    ]);
  });

  it('is at the start until the first frame sounds, and never past the end', () => {
    expect(positionAt(playing(), 0)).toBe(0);
    expect(positionAt(playing(), 99 * SECOND)).toBe(10 * SECOND);
  });

  it('seeks while it is paused without a sound', () => {
    const sought = seek(pause(playing(), SECOND), 6 * SECOND, 2 * SECOND);
    expect(sought.voices).toEqual([]);
    expect(positionAt(sought, 3 * SECOND)).toBe(6 * SECOND);
    expect(seek(sought, 1e12, 0).position).toBe(10 * SECOND);
    expect(seek(sought, -5, 0).position).toBe(0);
  });

  it('seeks while the piece still loads, and stays inside it', () => {
    const sought = seek(openQueue(2, 0), 6 * SECOND, 0);
    expect(loaded(sought, 0, buffered(10), 0).voices[0]?.from).toBe(6 * SECOND);
    expect(loaded(sought, 0, buffered(2), 0).voices[0]?.from).toBe(2 * SECOND);
  });
});

describe('next and previous', () => {
  it('changes at once', () => {
    const second = next(playing(), SECOND);
    expect(second.current).toBe(1);
    expect(second.voices[0]).toMatchObject({ track: 1, start: SECOND + LEAD_FRAMES, from: 0 });
    expect(previous(second, 2 * SECOND)).toMatchObject({ current: 0, position: 0, playing: true });
  });

  it('restarts the first track', () => {
    const restarted = previous(playing(), 6 * SECOND);
    expect(starts(restarted)[0]).toEqual({ track: 0, start: 6 * SECOND + LEAD_FRAMES, from: 0 });
  });

  it('is over after the last track and ready to start anew', () => {
    const last = loaded(openQueue(2, 1), 1, buffered(1), 0);
    expect(hasNext(last)).toBe(false);
    const over = finished(last, 1, 2 * SECOND);
    expect(over).toMatchObject({ current: 0, playing: false, position: 0, voices: [] });
    expect(wantedTracks(over)).toEqual([0]);
  });

  it('takes no notice of the end of a track that is not the current one', () => {
    const queue = playing();
    expect(finished(queue, 1, SECOND)).toBe(queue);
  });
});

describe('troubles', () => {
  it('passes over what is gone, at once where it was to sound', () => {
    const gone = skipped(openQueue(3, 0), 0, 'gone', 0);
    expect(gone).toMatchObject({ current: 1, playing: true });
    expect(gone.troubles.get(0)).toBe('gone');
    expect(wantedTracks(gone)).toEqual([1]);
  });

  it('keeps the sound and follows it with the one after the trouble', () => {
    const queue = skipped(loaded(openQueue(3, 0), 0, buffered(10), 0), 1, 'unplayable', SECOND);
    expect(wantedTracks(queue)).toEqual([0, 2]);
    expect(loaded(queue, 2, buffered(1), SECOND).voices[1]).toMatchObject({ track: 2 });
    expect(previous(next(queue, SECOND), SECOND).current).toBe(0);
  });

  it('is over where nothing can be played', () => {
    const none = skipped(skipped(openQueue(2, 0), 0, 'gone', 0), 1, 'gone', 0);
    expect(none).toMatchObject({ current: 1, playing: false });
    expect(play(none, 0).playing).toBe(false);
  });
});

type Step = (queue: PlayerQueue, now: number) => PlayerQueue;

const lengths = fc.integer({ min: 1, max: 30 * SECOND });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>((queue, now) => play(queue, now)),
  fc.constant<Step>((queue, now) => pause(queue, positionAt(queue, now))),
  fc.constant<Step>((queue, now) => next(queue, now)),
  fc.constant<Step>((queue, now) => previous(queue, now)),
  fc.constant<Step>((queue, now) => finished(queue, queue.current, now)),
  fc.integer({ max: 40 * SECOND }).map<Step>((position) => (queue, now) => seek(queue, position, now)),
  fc.integer({ min: 0, max: 5 }).map<Step>((track) => (queue, now) => skipped(queue, track, 'gone', now)),
  fc.record({ length: lengths, streamed: fc.boolean() }).map<Step>(
    (sound) => (queue, now) =>
      wantedTracks(queue)
        .filter((track) => !queue.sounds.has(track))
        .reduce((all, track) => loaded(all, track, sound, now), queue),
  ),
);

it('holds two sounds at most and joins them without a gap, whatever is pressed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.integer({ min: 0, max: 15 * SECOND }))), (steps) => {
      let queue = openQueue(6, 0);
      let now = 0;
      for (const [take, later] of steps) {
        now += later;
        const before = queue.voices;
        queue = take(queue, now);
        const [first, second] = queue.voices;
        expect(queue.sounds.size).toBeLessThanOrEqual(2);
        expect(queue.voices.length).toBeLessThanOrEqual(2);
        if (!queue.playing) expect(first).toBeUndefined();
        if (first !== undefined) expect(first.track).toBe(queue.current);
        if (first !== undefined && second !== undefined && !before.includes(second)) {
          expect(second.track).toBeGreaterThan(first.track);
          expect(second.start).toBe(Math.max(endOf(first), now));
        }
        for (const { track, start, from, length } of queue.voices) {
          expect(from).toBeLessThanOrEqual(length);
          expect(Number.isInteger(start)).toBe(true);
          expect(queue.troubles.has(track)).toBe(false);
        }
      }
    }),
  );
});
