import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { ChannelSession, type Publisher } from './channel-session';
import { digestsBelow, makeFile } from './files';
import { impair } from './impairments';
import { describeLab } from './lab-test';

const WAIT = { timeout: 60_000, interval: 50 };

describeLab('a watched folder, whatever is killed', () => {
  test('a subscriber is killed in the middle of a file, and comes back', async (context) => {
    const session = ChannelSession.open(context, 2);
    for (const host of session.lab.students) impair(host, { loss: 0.02 });
    session.archive();
    const takes = session.folder('takes');
    const publisher = session.publish(['--watch', takes]);
    const [one, two] = [session.collect(1), session.collect(2)];
    await Promise.all([one.waitFor('connected'), two.waitFor('connected')]);
    makeFile(takes, 'Take 1.wav', 3_000_000);
    await vi.waitFor(() => expect(partsOf(session, 1)).not.toEqual([]), WAIT);
    await one.kill();
    makeFile(takes, 'Session/Take 2.wav', 500_000);
    await sent(publisher, 'Session/Take 2.wav');
    const again = session.collect(1);
    makeFile(takes, 'Take 3.wav', 100_000);
    await sent(publisher, 'Take 3.wav');
    await expectSame(session, [1, 2]);
    expect([...again.all('lost'), ...two.all('lost')]).toEqual([]);
    expect(again.all('file').filter(({ state }) => state === 'failed')).toEqual([]);
  });

  test('the publisher is killed in the middle of a file, and comes back with another epoch', async (context) => {
    const session = ChannelSession.open(context, 2);
    session.archive();
    const takes = session.folder('takes');
    const publisher = session.publish(['--watch', takes]);
    const subscribers = [session.collect(1), session.collect(2)];
    await Promise.all(subscribers.map((subscriber) => subscriber.waitFor('connected')));
    makeFile(takes, 'Take 1.wav', 200_000);
    await sent(publisher, 'Take 1.wav');
    makeFile(takes, 'Take 2.wav', 20_000_000);
    await publisher.waitFor('file', ({ path, state }) => path === 'Take 2.wav' && state === 'sending');
    await publisher.kill();
    const again = session.publish(['--watch', takes]);
    await sent(again, 'Take 2.wav');
    await expectSame(session, [1, 2]);
    const [before, after] = [publisher.all('epoch')[0], again.all('epoch')[0]];
    expect(after?.epoch).toBeGreaterThan(before?.epoch ?? Number.POSITIVE_INFINITY);
    expect(again.all('file').map(({ path }) => path)).not.toContain('Take 1.wav');
    expect(subscribers.flatMap((subscriber) => subscriber.all('lost'))).toEqual([]);
  });

  test('who was away gets from the archive what came meanwhile', async (context) => {
    const session = ChannelSession.open(context, 1);
    const archive = session.archive();
    const takes = session.folder('takes');
    const publisher = session.publish(['--watch', takes]);
    const subscriber = session.collect(1);
    await subscriber.waitFor('connected');
    makeFile(takes, 'Take 1.wav', 100_000);
    await subscriber.waitFor('file', ({ state }) => state === 'complete');
    subscriber.interrupt();
    expect(await subscriber.exitCode()).toBe(0);
    makeFile(takes, 'Take 2.wav', 1_000_000);
    await sent(publisher, 'Take 2.wav');
    const again = session.collect(1);
    await again.waitFor('file', ({ path, state }) => path === 'Take 2.wav' && state === 'complete');
    await expectSame(session, [1]);
    expect(again.all('query').map(({ to }) => to)).toContain('archive');
    expect(archive.all('query').length).toBeGreaterThan(0);
  });
});

async function sent(publisher: Publisher, path: string): Promise<void> {
  await publisher.waitFor('file', (file) => file.path === path && file.state === 'sent', 60_000);
}

async function expectSame(session: ChannelSession, numbers: readonly number[]): Promise<void> {
  const takes = digestsBelow(session.folder('takes'));
  for (const number of numbers) {
    await vi.waitFor(() => expect(digestsBelow(session.folder(`subscriber-${number}`))).toEqual(takes), WAIT);
  }
}

function partsOf(session: ChannelSession, number: number): string[] {
  const parts = join(session.folder(`subscriber-${number}`), '.tutti', 'incoming');
  return existsSync(parts) ? readdirSync(parts) : [];
}
