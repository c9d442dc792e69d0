import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { covers, sizeOf } from '../../src-shared/ranges/range-set';
import { ChannelSession, feed, numbersIn, type Publisher, publishedBy, type Subscriber } from './channel-session';
import { impair } from './impairments';
import { describeLab } from './lab-test';

/** CI's; `TUTTI_CHANNEL_BYTES=1000000000` is for a long look. */
const BYTES = Number(process.env.TUTTI_CHANNEL_BYTES ?? 1_000_000);
const END_MS = 60_000 + BYTES / 1_000;
const FIRST_OF_LAST_THOUSAND = String(2 ** 32 - 1_000);

describeLab('a channel on a lossy network', () => {
  test.for([0.01, 0.05, 0.1])(
    '8 subscribers and an archive, each loses %d of the datagrams',
    { timeout: END_MS * 3 },
    async (loss, context) => {
      const session = ChannelSession.open(context, 8);
      for (const host of session.lab.students) impair(host, { loss });
      const archive = session.archive();
      const publisher = session.publish(['--stdin', '--packet', '1000'], { isFed: true });
      const listeners = await listenAll(session, [1, 2, 3, 4, 5, 6, 7, 8]);
      await publisher.waitFor('archive', ({ state }) => state === 'on');
      const content = await feed(publisher, BYTES);
      await expectAll(session, listeners, content);
      expect(await publisher.exitCode(END_MS)).toBe(0);
      expect(covers(numbersIn(publisher.all('archived')), publishedBy(publisher))).toBe(true);
      const repaired = listeners.flatMap((listener) => listener.all('repaired'));
      expect(repaired.some(({ by }) => by === 'archive' || by === 'group')).toBe(true);
      expect(listeners.flatMap((listener) => listener.all('lost'))).toEqual([]);
      expect(archive.all('query').length).toBeGreaterThan(0);
    },
  );

  test('numbers that run out on the way', async (context) => {
    const session = ChannelSession.open(context, 2);
    for (const host of session.lab.students) impair(host, { loss: 0.02 });
    session.archive();
    const publisher = session.publish(['--stdin', '--packet', '1000', '--first-sequence', FIRST_OF_LAST_THOUSAND], {
      isFed: true,
    });
    const listeners = await listenAll(session, [1, 2]);
    const content = await feed(publisher, 2_000_000);
    await expectAll(session, listeners, content);
    expect(publisher.all('epoch').map(({ why, sequence }) => [why, sequence])).toEqual([
      ['start', 2 ** 32 - 1_000],
      ['wrap', 0],
    ]);
  });

  test('the archive is killed and comes back: the publisher serves meanwhile, and hands over what it kept', async (context) => {
    const session = ChannelSession.open(context, 2);
    for (const number of [1, 2]) impair(session.lab.student(number), { loss: 0.05 });
    const archive = session.archive();
    const publisher = session.publish(['--stdin', '--packet', '1000'], { isFed: true });
    const listeners = await listenAll(session, [1, 2]);
    await publisher.waitFor('archive', ({ state }) => state === 'on');
    const content = await feed(publisher, 3_000_000, async (fed) => {
      if (fed === 1_050_000) {
        await archive.kill();
        await publisher.waitFor('archive', ({ state }) => state === 'away');
      }
      if (fed === 2_100_000) session.archive();
      if (fed >= 3_000_000) await vi.waitFor(() => expectArchived(publisher, 3_000), { timeout: 30_000, interval: 50 });
    });
    await expectAll(session, listeners, content);
    expect(await publisher.exitCode(60_000)).toBe(0);
    expect(listeners.flatMap((listener) => listener.all('query')).map(({ to }) => to)).toContain('server');
    expect(covers(numbersIn(publisher.all('archived')), publishedBy(publisher))).toBe(true);
    expect(
      publisher
        .all('archive')
        .map(({ state }) => state)
        .at(-1),
    ).toBe('on');
  });

  test('who comes late asks for nothing that was before', async (context) => {
    const session = ChannelSession.open(context, 2);
    for (const number of [1, 2]) impair(session.lab.student(number), { loss: 0.1 });
    const archive = session.archive();
    const publisher = session.publish(['--stdin', '--packet', '1000'], { isFed: true });
    const [first] = await listenAll(session, [1]);
    let late: Subscriber | undefined;
    const content = await feed(publisher, 3_000_000, async (fed) => {
      if (fed !== 1_500_000) return;
      late = session.listen(2);
      await late.waitFor('joined');
    });
    if (first === undefined || late === undefined) throw new Error('nobody listened');
    await expectAll(session, [first], content);
    expect(await late.exitCode(60_000)).toBe(0);
    const { from } = await late.waitFor('joined');
    expect(from.sequence).toBeGreaterThan(500);
    expect(readFileSync(session.outputOf(2)).equals(content.subarray(from.sequence * 1_000))).toBe(true);
    // What the archive and the publisher were asked by the late one's address, in their own words.
    const asked = late.all('query').flatMap(({ ranges }) => [...ranges]);
    expect(asked.length).toBeGreaterThan(0);
    expect(Math.min(...asked.map(([start]) => start))).toBeGreaterThanOrEqual(from.sequence);
    const [id] = publisher.all('enrolled').filter(({ name }) => name === 'subscriber-2');
    const logged = [...archive.all('query'), ...publisher.all('query')].filter((query) => query.from === id?.id);
    for (const [start] of numbersIn(logged)) expect(start).toBeGreaterThanOrEqual(from.sequence);
  });

  test('the archive’s disk is full: it acknowledges no more, says so, and nobody misses anything', async (context) => {
    const session = ChannelSession.open(context, 2);
    for (const number of [1, 2]) impair(session.lab.student(number), { loss: 0.05 });
    session.mountDisk('archived', 'size=3m');
    const archive = session.archive();
    const publisher = session.publish(['--stdin', '--packet', '1000'], { isFed: true });
    const listeners = await listenAll(session, [1, 2]);
    await publisher.waitFor('archive', ({ state }) => state === 'on');
    const content = await feed(publisher, 5_000_000);
    await expectAll(session, listeners, content);
    expect((await archive.waitFor('full')).why).toMatch(/disk is full/);
    await publisher.waitFor('archive', ({ state }) => state === 'full');
    expect(covers(numbersIn(archive.all('stored')), numbersIn(publisher.all('archived')))).toBe(true);
    expect(covers(numbersIn(publisher.all('archived')), publishedBy(publisher))).toBe(false);
  });
});

/** So many packets are published, and the archive has acknowledged each of them. */
function expectArchived(publisher: Publisher, packets: number): void {
  expect(sizeOf(publishedBy(publisher))).toBe(packets);
  expect(covers(numbersIn(publisher.all('archived')), publishedBy(publisher))).toBe(true);
}

/** Listeners that are in the channel before its first packet. */
async function listenAll(session: ChannelSession, numbers: readonly number[]): Promise<Subscriber[]> {
  const listeners = numbers.map((number) => session.listen(number));
  await Promise.all(listeners.map((listener) => listener.waitFor('connected')));
  return listeners;
}

/** Each listener's stream is this, bit by bit and in order; each ends with it. */
async function expectAll(session: ChannelSession, listeners: readonly Subscriber[], content: Buffer): Promise<void> {
  for (const listener of listeners) {
    expect(await listener.exitCode(END_MS), `exit code of ${listener.name}`).toBe(0);
    const output = readFileSync(session.outputOf(Number(listener.name.split('-')[1])));
    expect(output.length, `bytes of ${listener.name}`).toBe(content.length);
    expect(output.equals(content), `stream of ${listener.name}`).toBe(true);
  }
}
