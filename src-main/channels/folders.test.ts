import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChannelFileView } from '../../src-shared/ipc/channel-views';
import { FileEncoder } from '../archive/file-records';
import type { Packet } from '../archive/packet';
import type { Publication } from './bus';
import { encodeHeader } from './file-header';
import { isTemporaryName } from './folder-look';
import { FolderSink } from './folder-sink';
import { PacketStore } from './packet-store';
import { type Memory, WatchedFolder } from './watched-folder';

const WAIT = { timeout: 20_000, interval: 10 };

let folder: string;
let store: PacketStore;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-folders-'));
  store = await PacketStore.open(join(folder, 'store'));
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A channel without a network: what is appended is what is delivered. */
class Channel implements Publication {
  readonly packets: Packet[] = [];

  constructor(readonly subject = 'studio-a.takes') {}

  append(payload: Uint8Array) {
    const packet = { subject: this.subject, epoch: 1, sequence: this.packets.length, time: 0, payload };
    this.packets.push(packet);
    return Promise.resolve(packet);
  }

  flush = () => Promise.resolve();
  close = () => Promise.resolve();
  view = (): never => {
    throw new Error('nobody looks at it');
  };
}

async function watch(
  channel: Channel,
  events: ChannelFileView[] = [],
  problems: string[] = [],
): Promise<WatchedFolder> {
  const watched = await WatchedFolder.open({
    directory: join(folder, 'takes'),
    publication: channel,
    memory: store,
    everyMs: 20,
    onFile: (file) => events.push(file),
    onProblem: (problem) => problems.push(problem),
  });
  ends.push(() => watched.close());
  return watched;
}

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, 'takes', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function sink(
  events: (ChannelFileView & { sha256?: string })[] = [],
  foldersBySubject = false,
  memory: Memory = store,
): FolderSink {
  return new FolderSink({
    directory: join(folder, 'music'),
    partsDirectory: join(folder, 'parts'),
    memory,
    foldersBySubject,
    onFile: (_, file) => events.push(file),
  });
}

function arrived(): Record<string, string> {
  const root = join(folder, 'music');
  const entries = existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }) : [];
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(files.map((path) => [path.slice(root.length + 1), digest(readFileSync(path))]));
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function states(events: readonly ChannelFileView[], path: string): string[] {
  return events.filter((event) => event.path === path).map(({ state }) => state);
}

describe('a watched folder', () => {
  it('publishes what is in it and what comes, and everything arrives as it was', async () => {
    const contents = { 'One.wav': randomBytes(300_000), 'Session 2/Two.flac': randomBytes(5_000), empty: '' };
    put('One.wav', contents['One.wav']);
    const channel = new Channel();
    const events: ChannelFileView[] = [];
    const watched = await watch(channel, events);
    await vi.waitFor(() => expect(states(events, 'One.wav')).toEqual(['sending', 'sent']), WAIT);
    put('Session 2/Two.flac', contents['Session 2/Two.flac']);
    put('empty', '');
    await vi.waitFor(() => expect(events.filter(({ state }) => state === 'sent')).toHaveLength(3), WAIT);
    await watched.close();
    const received = sink();
    for (const packet of channel.packets) await received.take(packet);
    await received.close();
    expect(arrived()).toEqual(
      Object.fromEntries(Object.entries(contents).map(([name, bytes]) => [name, digest(bytes)])),
    );
    expect(readdirSync(join(folder, 'parts'))).toEqual([]);
  });

  it('waits for a file that grows, or that a program has open to write', async () => {
    const events: ChannelFileView[] = [];
    const path = put('Take.wav', 'a');
    const handle = openSync(path, 'a');
    await watch(new Channel(), events);
    const grow = setInterval(() => appendFileSync(path, 'more'), 5);
    put('other.wav', 'b');
    await vi.waitFor(() => expect(states(events, 'other.wav')).toContain('sent'), WAIT);
    expect(states(events, 'Take.wav')).toEqual([]);
    clearInterval(grow);
    if (process.platform === 'linux') {
      put('third.wav', 'c');
      await vi.waitFor(() => expect(states(events, 'third.wav')).toContain('sent'), WAIT);
      expect(states(events, 'Take.wav')).toEqual([]);
    }
    closeSync(handle);
    await vi.waitFor(() => expect(states(events, 'Take.wav')).toEqual(['sending', 'sent']), WAIT);
  });

  it('publishes a file again when it has changed, and when it has come back; not after a restart', async () => {
    const path = put('Take.wav', 'first');
    const events: ChannelFileView[] = [];
    const watched = await watch(new Channel(), events);
    const sent = () => states(events, 'Take.wav').filter((state) => state === 'sent').length;
    await vi.waitFor(() => expect(sent()).toBe(1), WAIT);
    writeFileSync(path, 'second!');
    await vi.waitFor(() => expect(sent()).toBe(2), WAIT);
    rmSync(path);
    put('marker', '1');
    await vi.waitFor(() => expect(states(events, 'marker')).toContain('sent'), WAIT);
    writeFileSync(path, 'second!');
    await vi.waitFor(() => expect(sent()).toBe(3), WAIT);
    await watched.close();

    const later: ChannelFileView[] = [];
    put('New.wav', 'new');
    await watch(new Channel(), later);
    await vi.waitFor(() => expect(states(later, 'New.wav')).toContain('sent'), WAIT);
    expect(later.map(({ path: name }) => name)).not.toContain('Take.wav');
  });

  it('passes over temporary names, links and what cannot be stored elsewhere', async () => {
    expect(['.x', '~$a.doc', 'a.part', 'A.TMP', 'b.wav.crdownload', 'Thumbs.db', 'x~'].every(isTemporaryName)).toBe(
      true,
    );
    expect(['Take.wav', 'part', 'a.parts.wav', 'tmp.wav'].some(isTemporaryName)).toBe(false);
    const channel = new Channel();
    const [events, problems]: [ChannelFileView[], string[]] = [[], []];
    put('Take.wav.part', 'x');
    put('.hidden/Take.wav', 'x');
    put('back\\slash', 'x');
    symlinkSync('/etc/passwd', join(folder, 'takes', 'link'));
    put('z.wav', 'x');
    await watch(channel, events, problems);
    await vi.waitFor(() => expect(states(events, 'z.wav')).toContain('sent'), WAIT);
    renameSync(join(folder, 'takes', 'Take.wav.part'), join(folder, 'takes', 'Take.wav'));
    await vi.waitFor(() => expect(states(events, 'Take.wav')).toContain('sent'), WAIT);
    expect(new Set(events.map(({ path }) => path))).toEqual(new Set(['z.wav', 'Take.wav']));
    expect(problems).toEqual([expect.stringMatching(/slash.*Rename it/)]);
  });

  it('gives up a file that changes while it is read, and publishes it when that is over', async () => {
    const path = put('Take.wav', randomBytes(3_000_000));
    const channel = new Channel();
    const append = channel.append.bind(channel);
    let changed = false;
    channel.append = (payload) => {
      if (!changed && channel.packets.length === 100) {
        changed = true;
        writeFileSync(path, randomBytes(3_000_000));
        utimesSync(path, 1, 1);
      }
      return append(payload);
    };
    const events: ChannelFileView[] = [];
    await watch(channel, events);
    await vi.waitFor(
      () => expect(states(events, 'Take.wav')).toEqual(['sending', 'failed', 'sending', 'sent']),
      10_000,
    );
    const received = sink();
    for (const packet of channel.packets) await received.take(packet);
    await received.close();
    expect(arrived()).toEqual({ 'Take.wav': digest(readFileSync(path)) });
  });
});

/** Remembers until it is dead. */
class MortalMemory implements Memory {
  isDead = false;

  constructor(private readonly kept = new Map<string, Uint8Array>()) {}

  readCursor = (name: string) => this.kept.get(name);
  cursorNames = (prefix: string) => [...this.kept.keys()].filter((name) => name.startsWith(prefix));
  survivor = () => new MortalMemory(this.kept);

  writeCursor(name: string, value: Uint8Array): Promise<void> {
    if (!this.isDead) this.kept.set(name, value);
    return Promise.resolve();
  }
}

describe('a folder that a channel goes into', () => {
  function fileIn(
    channel: Channel,
    path: readonly string[],
    content: Uint8Array,
    number = channel.packets.length,
  ): void {
    const encoder = new FileEncoder(number, 1_440);
    const records = [
      ...encoder.begin(encodeHeader({ path, modified: 1e12 }), content.length),
      ...encoder.data(content),
      encoder.end(createHash('sha256').update(content).digest(), Buffer.from(path.at(-1) ?? '')),
    ];
    for (const record of records) void channel.append(record);
  }

  it('is the same wherever the program was killed', async () => {
    const channel = new Channel();
    const contents = [randomBytes(40_000), randomBytes(1), randomBytes(30_000)];
    for (const [i, content] of contents.entries()) fileIn(channel, [`${i}.wav`], content);
    for (let killedAt = 0; killedAt <= channel.packets.length; killedAt += 5) {
      rmSync(join(folder, 'music'), { recursive: true, force: true });
      rmSync(join(folder, 'parts'), { recursive: true, force: true });
      // What it does once it is killed reaches no disk.
      const memory = new MortalMemory();
      const killed = sink([], false, memory);
      for (const packet of channel.packets.slice(0, killedAt)) await killed.take(packet);
      memory.isDead = true;
      await killed.close();
      const again = sink([], false, memory.survivor());
      const position = again.positions()[0];
      const next = position === undefined ? 0 : position.sequence + 1;
      for (const packet of channel.packets.slice(next)) await again.take(packet);
      await again.close();
      expect(arrived()).toEqual(Object.fromEntries(contents.map((content, i) => [`${i}.wav`, digest(content)])));
    }
  });

  it('keeps both where a file of that name has other content, and takes one that is there for the same', async () => {
    const channel = new Channel();
    fileIn(channel, ['Take.wav'], Buffer.from('first'));
    fileIn(channel, ['Take.wav'], Buffer.from('first'));
    fileIn(channel, ['Take.wav'], Buffer.from('second'));
    const received = sink();
    for (const packet of channel.packets) await received.take(packet);
    await received.close();
    expect(arrived()).toEqual({ 'Take.wav': digest('first'), 'Take (2).wav': digest('second') });
  });

  it('never shows a file of which a packet was lost or changed, and says so', async () => {
    const channel = new Channel();
    const events: ChannelFileView[] = [];
    fileIn(channel, ['Lost.wav'], randomBytes(10_000));
    const half = channel.packets.length;
    fileIn(channel, ['Changed.wav'], randomBytes(10_000));
    channel.packets.splice(3, 1);
    const changed = channel.packets[half + 2];
    if (changed === undefined) throw new Error('there are too few packets');
    changed.payload[100] = (changed.payload[100] ?? 0) ^ 1;
    const received = sink(events);
    for (const packet of channel.packets) await received.take(packet);
    await received.close();
    expect(arrived()).toEqual({});
    expect(events.filter(({ state }) => state === 'failed')).toEqual([
      expect.objectContaining({ path: 'Lost.wav', why: expect.stringMatching(/lost/) }),
      expect.objectContaining({ path: 'Changed.wav', why: expect.stringMatching(/digest/) }),
    ]);
    expect(readdirSync(join(folder, 'parts'))).toEqual([]);
  });

  it.each([[['..', 'x']], [['/etc', 'x']], [['a\u0000b']], [['.tutti', 'identity.pem']], [[]], [['a', 'b/c']]])(
    'is never left: %j',
    async (path) => {
      const channel = new Channel();
      const events: ChannelFileView[] = [];
      fileIn(channel, path, Buffer.from('x'));
      fileIn(channel, ['fine.wav'], Buffer.from('y'));
      const received = sink(events);
      for (const packet of channel.packets) await received.take(packet);
      await received.close();
      expect(arrived()).toEqual({ 'fine.wav': digest('y') });
      expect(states(events, '(no name)')).toEqual(['failed']);
    },
  );

  it('has a folder for each subject where there are several', async () => {
    const received = sink([], true);
    for (const subject of ['a.takes', 'b.takes']) {
      const channel = new Channel(subject);
      fileIn(channel, ['Take.wav'], Buffer.from(subject));
      for (const packet of channel.packets) await received.take(packet);
    }
    await received.close();
    expect(arrived()).toEqual({ 'a.takes/Take.wav': digest('a.takes'), 'b.takes/Take.wav': digest('b.takes') });
    expect(received.positions().map(({ subject }) => subject)).toEqual(['a.takes', 'b.takes']);
  });
});
