import { describe, expect, it } from 'vitest';
import type { ArchiveView, SubscriberView, SubscriptionView } from '../../../src-shared/ipc/channel-views';
import { createTranslator } from '../../../src-shared/text/i18n';
import { announcementOf, archiveInWords, followerInWords, placeInWords, type Words } from './channel-words';

const english: Words = { i18n: createTranslator('en'), number: new Intl.NumberFormat('en') };
const german: Words = { i18n: createTranslator('de'), number: new Intl.NumberFormat('de') };

function archive(parts: Partial<ArchiveView>): ArchiveView {
  return { state: 'on', name: 'Cellar', storedPackets: 10, storedBytes: 14_000, unacknowledged: 0, ...parts };
}

it('says a place by its number, and that it is of an earlier start', () => {
  const place = { epoch: 1_795_976_056, sequence: 1_048_203 };
  expect(placeInWords(place, place.epoch, english)).toBe('1,048,203');
  expect(placeInWords(place, place.epoch, german)).toBe('1.048.203');
  expect(placeInWords(place, place.epoch + 1, english)).toBe('1,048,203, before the last start');
  expect(placeInWords(null, undefined, english)).toBe('Nothing yet');
});

describe('an archive', () => {
  it.each([
    [{ state: 'none' }, 'No archive: this computer keeps everything itself.'],
    [{ state: 'connecting' }, 'Looking for the archive…'],
    [{}, 'Cellar keeps 14.0 kB. It has acknowledged everything.'],
    [{ unacknowledged: 1 }, 'Cellar keeps 14.0 kB. 1 packet is not acknowledged yet; it is kept here.'],
    [{ state: 'full', unacknowledged: 14_302 }, /^The disk of the archive Cellar is full\. 14,302 packets are not/],
    [{ state: 'away', why: 'Nothing listens there.' }, 'The archive Cellar is away. Nothing listens there.'],
  ] as const)('that is %j is said so', (parts, sentence) => {
    const said = archiveInWords(archive(parts), english);
    if (typeof sentence === 'string') expect(said).toBe(sentence);
    else expect(said).toMatch(sentence);
  });

  it('with a hostile name stays one inert line', () => {
    expect(archiveInWords(archive({ name: '\u202ea\n\u0007b' }), english)).toMatch(/^a b keeps/);
  });
});

it('says what somebody misses', () => {
  const follower: SubscriberView = { id: '1', name: 'Ana', address: '10.0.0.2', last: null, gap: 0 };
  expect(followerInWords(follower, english)).toBe('up to date');
  expect(followerInWords({ ...follower, gap: 1 }, english)).toBe('misses 1 packet');
  expect(followerInWords({ ...follower, gap: 1_200 }, english)).toBe('misses 1,200 packets');
});

it('reads states aloud, and no number that runs', () => {
  const view = (gap: number) => ({
    found: [],
    published: [],
    subscribed: [{ pattern: 'studio-a.takes', state: 'catchingUp', gap } as SubscriptionView],
  });
  expect(announcementOf(view(7), english.i18n)).toBe('studio-a.takes: Catching up.');
  expect(announcementOf(view(8), english.i18n)).toBe(announcementOf(view(7), english.i18n));
});
