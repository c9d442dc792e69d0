import { describe, expect, it } from 'vitest';
import { type IncomingView, LOSS_MAP_CELLS, type NodeSnapshot } from '../../src-shared/ipc/snapshots';
import { createTranslator } from '../../src-shared/text/i18n';
import { newsOf } from './news';

const english = createTranslator('en');
const aloud = { doNotDisturb: false, windowFocused: false };

function incoming(state: IncomingView['state'], parts: Partial<IncomingView> = {}): IncomingView {
  return {
    id: 'ab',
    from: 'Ms Rivera',
    at: 0,
    files: [1, 2].map((place) => ({ path: `Suite No. 1/${place}.wav`, size: 1, start: place })),
    covers: [],
    totalBytes: 2,
    missingBytes: 0,
    state,
    transmission: 0,
    rate: 0,
    lossMap: new Uint8Array(LOSS_MAP_CELLS),
    received: [],
    ...parts,
  };
}

function picture(...transfers: IncomingView[]): NodeSnapshot {
  return { connection: 'connected', room: null, found: [], known: [], folder: '', transfers };
}

const receiving = picture(incoming('receiving'));
const complete = picture(incoming('complete'));

describe('news', () => {
  it('is that a transfer is complete', () => {
    expect(newsOf(receiving, complete, aloud, english)).toEqual([
      { transfer: 'ab', title: '2 files from Ms Rivera', body: 'Suite No. 1 is ready to play.' },
    ]);
  });

  it('is why one failed', () => {
    const failed = picture(incoming('failed', { failure: 'The disk is full.' }));
    expect(newsOf(receiving, failed, aloud, english)).toEqual([
      { transfer: 'ab', title: 'Not received from Ms Rivera', body: 'The disk is full.' },
    ]);
  });

  it('is in the language of the window, the reason too', () => {
    const failed = picture(incoming('failed', { failure: 'The teacher cancelled the transfer.' }));
    const [news] = newsOf(receiving, failed, aloud, createTranslator('de'));
    expect(news?.title).toContain('Ms Rivera');
    expect(`${news?.title} ${news?.body}`).not.toMatch(/cancelled|received/);
  });

  it('is what a channel has brought since', () => {
    const takes = (...paths: string[]) =>
      incoming('complete', { from: 'studio-a.takes', files: paths.map((path) => ({ path, size: 1, start: 0 })) });
    expect(newsOf(picture(takes('1.wav')), picture(takes('1.wav', '2.wav')), aloud, english)).toEqual([
      { transfer: 'ab', title: '1 file from studio-a.takes', body: '2.wav is ready to play.' },
    ]);
  });

  it('is a transfer so small that nobody saw it arrive', () => {
    expect(newsOf(picture(), complete, aloud, english)).toHaveLength(1);
  });

  it.each([
    ['what was there at the start', undefined, complete, aloud],
    ['what was told already', complete, complete, aloud],
    ['what still arrives', picture(), receiving, aloud],
    ['what is interrupted', receiving, picture(incoming('interrupted')), aloud],
    ['anything for somebody who is not to be disturbed', receiving, complete, { ...aloud, doNotDisturb: true }],
    ['anything for somebody who looks on', receiving, complete, { ...aloud, windowFocused: true }],
  ] as const)('is not %s', (_what, before, after, quiet) => {
    expect(newsOf(before, after, quiet, english)).toEqual([]);
  });

  it('has no markup for those systems that read it in notifications', () => {
    const evil = '<a href="https://evil.example">here</a><img src="file:///etc/x"/>';
    const failed = incoming('failed', { from: evil, failure: evil });
    const [news] = newsOf(receiving, picture(failed), aloud, english);
    expect(`${news?.title}${news?.body}`).not.toMatch(/[<>]/);
  });

  it('is one inert line each, whatever names a teacher gives', () => {
    const hostile = incoming('complete', {
      from: `Ms\u202e\n${'x'.repeat(500)}`,
      files: [{ path: 'a.wav', size: 1, start: 0, track: { title: '<b>\u0000\nPrélude</b>' } }],
    });
    const [news] = newsOf(receiving, picture(hostile), aloud, english);
    expect(news?.title).toMatch(/^1 file from Ms x{10,60}…$/);
    expect(news?.body).toBe('‹b› Prélude‹/b› is ready to play.');
  });
});
