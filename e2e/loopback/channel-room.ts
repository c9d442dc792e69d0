/** Publishers, archives and subscribers on 127.0.0.1, each with a state folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { JoinPoint, Packet } from '../../src-main/archive/packet';
import type { ChannelPosition, Publication, Subscription } from '../../src-main/channels/bus';
import { MulticastBus, type MulticastBusOptions } from '../../src-main/channels/multicast-bus';
import type { ArchiveEvent, PublisherEvent, SubscriberEvent } from '../../src-shared/ipc/channel-events';

export const LOOPBACK = '127.0.0.1';
export const SUBJECT = 'studio-a.takes';
const WAIT_MS = 40_000;

/** What is open, in order; tests may close some of it themselves. */
export const closing: (() => Promise<void>)[] = [];
const folders: string[] = [];

/** Closes whatever a test has opened. */
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tutti-channel-'));
  folders.push(path);
  return path;
}

export async function openBus(options: Partial<MulticastBusOptions> = {}): Promise<MulticastBus> {
  const stateDir = options.stateDir ?? (await folder());
  const bus = await MulticastBus.open({
    name: 'a machine',
    interface: LOOPBACK,
    listen: { host: LOOPBACK, port: 0 },
    ttl: 0,
    admit: 'anyone',
    trust: { firstUse: true },
    ...options,
    stateDir,
  });
  closing.push(() => bus.close());
  return bus;
}

interface Publishing {
  readonly bus: MulticastBus;
  readonly publication: Publication;
  readonly events: PublisherEvent[];
  readonly port: number;
}

export async function publish(options: Partial<MulticastBusOptions> = {}, firstSequence = 0): Promise<Publishing> {
  const bus = await openBus(options);
  const events: PublisherEvent[] = [];
  const publication = await bus.publish(SUBJECT, { firstSequence, onEvent: (event) => events.push(event) });
  return { bus, publication, events, port: bus.port ?? 0 };
}

export async function archiveOf(port: number, directory: string, stateDir?: string) {
  const events: ArchiveEvent[] = [];
  const bus = await openBus({ connect: { host: LOOPBACK, port }, ...(stateDir === undefined ? {} : { stateDir }) });
  const service = await bus.archive({
    directory,
    listen: { host: LOOPBACK, port: 0 },
    onEvent: (event) => events.push(event),
  });
  return { bus, service, events };
}

interface Subscribing {
  readonly bus: MulticastBus;
  readonly subscription: Subscription;
  readonly events: SubscriberEvent[];
  readonly packets: Packet[];
}

export async function subscribe(
  port: number,
  from: JoinPoint = 'now',
  cursors: readonly ChannelPosition[] = [],
  pattern = SUBJECT,
): Promise<Subscribing> {
  const bus = await openBus({ connect: { host: LOOPBACK, port } });
  const events: SubscriberEvent[] = [];
  const subscription = await bus.subscribe(pattern, { from, cursors, onEvent: (event) => events.push(event) });
  const packets: Packet[] = [];
  void (async () => {
    for await (const packet of subscription) packets.push(packet);
  })();
  return { bus, subscription, events, packets };
}

export async function until(what: () => boolean, why: string): Promise<void> {
  for (let waited = 0; !what(); waited += 10) {
    if (waited > WAIT_MS) throw new Error(`not in time: ${why}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const hasJoined = ({ events }: Subscribing) => events.some(({ event }) => event === 'joined');
export const textOf = ({ payload }: Packet) => Buffer.from(payload).toString();

export async function append(publication: Publication, count: number, from = 0): Promise<string[]> {
  const texts: string[] = [];
  for (let i = from; i < from + count; i++) {
    const text = `packet ${i} ${'x'.repeat(i % 1400)}`;
    texts.push(text);
    await publication.append(Buffer.from(text));
  }
  return texts;
}
