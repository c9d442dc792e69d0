import { describe, expect, it } from 'vitest';
import {
  append,
  archiveOf,
  closing,
  folder,
  hasJoined,
  LOOPBACK,
  publish,
  SUBJECT,
  subscribe,
  textOf,
  until,
} from './channel-room';

describe('a channel by multicast', () => {
  it('brings packets to subscribers and the archive, in order, and ends', async () => {
    const { publication, port, events } = await publish();
    const archive = await archiveOf(port, await folder());
    const [one, two] = [await subscribe(port), await subscribe(port)];
    await until(() => hasJoined(one) && hasJoined(two), 'both joined');
    const texts = await append(publication, 500);
    await publication.flush();
    await until(() => one.packets.length === 500 && two.packets.length === 500, 'all delivered');
    expect(one.packets.map(textOf)).toEqual(texts);
    expect(two.packets.map(textOf)).toEqual(texts);
    expect(one.packets.map(({ sequence }) => sequence)).toEqual(texts.map((_, i) => i));
    await until(() => publication.view().archive.unacknowledged === 0, 'everything acknowledged');
    expect(events.some(({ event }) => event === 'archived')).toBe(true);
    expect(archive.events.some(({ event }) => event === 'stored')).toBe(true);
    await publication.close();
    await until(() => one.events.some(({ event }) => event === 'ended'), 'the end is told');
  });

  it('gives a late subscriber nothing of before, or all of it from the archive', async () => {
    const { publication, port } = await publish();
    const archive = await archiveOf(port, await folder());
    const texts = await append(publication, 3000);
    await publication.flush();
    await until(() => publication.view().archive.unacknowledged === 0, 'everything acknowledged');
    const now = await subscribe(port);
    const beginning = await subscribe(port, 'beginning');
    const some = await subscribe(port, { sequence: 2990 });
    await until(() => hasJoined(now) && beginning.packets.length === 3000, 'it has caught up');
    expect(beginning.packets.map(textOf)).toEqual(texts);
    await until(() => some.packets.length === 10, 'the last ten');
    expect(some.packets.map(textOf)).toEqual(texts.slice(2990));
    const more = await append(publication, 5, 3000);
    await until(() => now.packets.length === 5, 'what came after it joined');
    expect(now.packets.map(textOf)).toEqual(more);
    expect(beginning.subscription.view().repaired.archive).toBeGreaterThan(2900);
    const asked = archive.events.flatMap((event) =>
      event.event === 'query' && event.from === now.bus.fingerprint ? event.ranges : [],
    );
    expect(asked.every(([start]) => start >= 3000)).toBe(true);
  });

  it('goes on after the publisher was restarted, in another epoch', async () => {
    const stateDir = await folder();
    const first = await publish({ stateDir });
    const { port } = first;
    const subscriber = await subscribe(port);
    await until(() => hasJoined(subscriber), 'joined');
    const before = await append(first.publication, 200);
    await first.publication.flush();
    await until(() => subscriber.packets.length === 200, 'the first epoch');
    await closing.shift()?.();
    const second = await publish({ stateDir, listen: { host: LOOPBACK, port } });
    await until(() => subscriber.events.filter(({ event }) => event === 'connected').length === 2, 'it is back');
    const after = await append(second.publication, 100, 200);
    await until(() => subscriber.packets.length === 300, 'the second epoch');
    expect(subscriber.packets.map(textOf)).toEqual([...before, ...after]);
    expect(new Set(subscriber.packets.map(({ epoch }) => epoch)).size).toBe(2);
    expect(subscriber.subscription.view().lost).toBe(0);
  });

  it('goes on beyond the number 2^32 - 1', async () => {
    const { publication, port } = await publish({}, 2 ** 32 - 1000);
    const subscriber = await subscribe(port);
    await until(() => hasJoined(subscriber), 'joined');
    const texts = await append(publication, 2000);
    await publication.flush();
    await until(() => subscriber.packets.length === 2000, 'all delivered');
    expect(subscriber.packets.map(textOf)).toEqual(texts);
    expect(subscriber.packets[999]?.sequence).toBe(2 ** 32 - 1);
    expect(subscriber.packets[1000]?.sequence).toBe(0);
  });

  it('hands over to an archive that comes later, and goes on from a cursor', async () => {
    const { publication, port } = await publish();
    const texts = await append(publication, 400);
    await publication.flush();
    expect(publication.view().archive).toMatchObject({ state: 'none', unacknowledged: 400 });
    await archiveOf(port, await folder());
    await until(() => publication.view().archive.unacknowledged === 0, 'handed over');
    const { epoch } = publication.view().last ?? { epoch: 0 };
    const cursor = { subject: SUBJECT, epoch, sequence: 149 };
    const subscriber = await subscribe(port, 'now', [cursor]);
    await until(() => subscriber.packets.length === 250, 'the rest');
    expect(subscriber.packets.map(textOf)).toEqual(texts.slice(150));
  });
});
