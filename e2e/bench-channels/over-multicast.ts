import { readFileSync } from 'node:fs';
import { intersect } from '../../src-shared/ranges/range-set';
import { ChannelSession, type Subscriber } from '../lab/channel-session';
import { impair } from '../lab/impairments';

export interface ChannelCase {
  readonly content: Uint8Array;
  readonly subscribers: number;
  readonly loss: number;
  readonly archive: boolean;
  readonly base: string;
}

export interface ChannelRun {
  readonly megabytesPerSecond: number;
  /** Bytes on the publisher's link, for each byte of the content. */
  readonly linkRatio: number;
  /** Processor time of all its programs, from their start to their end: seconds. */
  readonly cpuSeconds: number;
  readonly repairs: readonly Repair[];
}

interface Repair {
  readonly by: 'archive' | 'server' | 'group';
  /** From the event `gap` to the event `repaired`. */
  readonly ms: number;
}

const END_MS = 300_000;

/** Linux counts processor time in these. */
const TICKS_PER_SECOND = 100;

/** One channel through the lab, from the first packet until it is stored and everybody has it. */
export async function overMulticast(channel: ChannelCase): Promise<ChannelRun> {
  const before = secondsOfChildren();
  const run = await carry(channel);
  return { ...run, cpuSeconds: secondsOfChildren() - before };
}

/** Processor time of the programs that this one has started, and that have ended (proc(5), cutime and cstime). */
function secondsOfChildren(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

async function carry(channel: ChannelCase): Promise<Omit<ChannelRun, 'cpuSeconds'>> {
  const { content, subscribers, loss, archive, base } = channel;
  const session = new ChannelSession(subscribers, base);
  try {
    for (let number = 1; number <= subscribers; number++) impair(session.lab.student(number), { loss });
    if (archive) session.archive();
    const publisher = session.publish(['--stdin', '--packet', '1440'], { isFed: true });
    const listeners = Array.from({ length: subscribers }, (_, i) => session.listen(i + 1));
    await Promise.all(listeners.map((listener) => listener.waitFor('connected')));
    if (archive) await publisher.waitFor('archive', ({ state }) => state === 'on');
    for (let at = 0; at < content.length; at += 1 << 20) await publisher.feed(content.subarray(at, at + (1 << 20)));
    publisher.endFeed();
    for (const listener of listeners) {
      if ((await listener.exitCode(END_MS)) !== 0) throw new Error(`${listener.name} has not got everything`);
    }
    const start = publisher.all('published')[0]?.at ?? Number.NaN;
    const ends = archive
      ? publisher.all('archived').map(({ at }) => at)
      : listeners.flatMap((listener) => listener.all('delivered').map(({ at }) => at));
    return {
      megabytesPerSecond: content.length / 1_000 / (Math.max(...ends.slice(-100)) - start),
      linkRatio: session.lab.traffic().sent / content.length,
      repairs: listeners.flatMap(repairsOf),
    };
  } finally {
    await session.close();
  }
}

function repairsOf(listener: Subscriber): Repair[] {
  const gaps = listener.all('gap');
  return listener.all('repaired').flatMap(({ by, ranges, epoch, at }) => {
    const gap = gaps.find((one) => one.epoch === epoch && intersect(one.ranges, ranges).length > 0);
    return gap === undefined ? [] : [{ by, ms: at - gap.at }];
  });
}
