import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { ArchiveEvent, FileEvent, PublisherEvent, SubscriberEvent } from '../../src-shared/ipc/channel-events';
import { normalize, type Range, type RangeSet } from '../../src-shared/ranges/range-set';
import { CliProcess, type Pipes } from './processes';
import { type Host, Lab, run } from './topology';

export type Publisher = CliProcess<PublisherEvent | FileEvent>;
export type Subscriber = CliProcess<SubscriberEvent | FileEvent>;
export type Archive = CliProcess<ArchiveEvent>;

const SUBJECT = 'studio-a.takes';
const DOOR_PORT = 4748;
const ARCHIVE_PORT = 4749;

/** A publisher, an archive on a host of its own and subscribers, each a program in a network namespace. */
export class ChannelSession {
  readonly lab: Lab;
  readonly directory: string;
  readonly #processes: CliProcess<{ event: string }>[] = [];
  readonly #disks: string[] = [];

  constructor(
    readonly subscribers: number,
    base = tmpdir(),
  ) {
    this.directory = mkdtempSync(join(base, 'tutti-channels-'));
    // The last student's host is the archive's.
    this.lab = Lab.open(subscribers + 1);
  }

  /** Opens one that ends with the test; a failing test leaves what was printed in e2e/lab/logs. */
  static open(context: TestContext, subscribers: number): ChannelSession {
    const session = new ChannelSession(subscribers);
    const logs = join(import.meta.dirname, 'logs', context.task.name.replace(/[^\w%]+/g, '-').slice(0, 80));
    rmSync(logs, { recursive: true, force: true });
    context.onTestFailed(() => session.saveLogs(logs));
    context.onTestFinished(() => session.close());
    return session;
  }

  get archiveHost(): Host {
    return this.lab.student(this.subscribers + 1);
  }

  folder(name: string): string {
    const folder = join(this.directory, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Puts a small disk of its own under a folder. */
  mountDisk(name: string, options: string): string {
    const folder = this.folder(name);
    run('mount', ['-t', 'tmpfs', '-o', options, 'tutti-lab', folder]);
    this.#disks.push(folder);
    return folder;
  }

  publish(args: readonly string[], pipes: Pipes = {}): Publisher {
    const { teacher } = this.lab;
    const place = ['--listen', `${teacher.address}:${DOOR_PORT}`, '--interface', teacher.address];
    const state = ['--state', this.folder('publisher-state')];
    const all = ['channel', 'publish', SUBJECT, ...args, ...place, ...state, '--trust-on-first-use'];
    return this.#start('publisher', teacher, all, pipes);
  }

  archive(options: readonly string[] = []): Archive {
    const { address } = this.archiveHost;
    const place = ['--listen', `${address}:${ARCHIVE_PORT}`, '--interface', address, ...this.#publisherPlace];
    const folders = ['--store', this.folder('archived'), '--state', this.folder('archive-state')];
    return this.#start('archive', this.archiveHost, ['archive', ...folders, ...place, ...options]);
  }

  /** Subscriber 1, 2, … with its files in a folder. */
  collect(number: number, options: readonly string[] = []): Subscriber {
    return this.#subscribe(number, ['--dir', this.folder(`subscriber-${number}`), ...options], {});
  }

  /** Subscriber 1, 2, … whose packets go to a file as they are. */
  listen(number: number, options: readonly string[] = []): Subscriber {
    const state = ['--state', this.folder(`listener-${number}`)];
    return this.#subscribe(number, ['--stdout', ...state, ...options], { outputFile: this.outputOf(number) });
  }

  outputOf(number: number): string {
    return join(this.directory, `output-${number}`);
  }

  /** Ends what still runs and removes folders and namespaces. */
  async close(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.kill()));
    this.lab.close();
    for (const folder of this.#disks) run('umount', [folder]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  saveLogs(folder: string): void {
    mkdirSync(folder, { recursive: true });
    for (const [i, { name, transcript }] of this.#processes.entries()) {
      writeFileSync(join(folder, `${i}-${name}.log`), `${transcript.join('\n')}\n`);
    }
  }

  get #publisherPlace(): string[] {
    return ['--connect', `${this.lab.teacher.address}:${DOOR_PORT}`, '--trust-on-first-use'];
  }

  #subscribe(number: number, args: readonly string[], pipes: Pipes): Subscriber {
    const host = this.lab.student(number);
    const place = ['--interface', host.address, ...this.#publisherPlace];
    const name = `subscriber-${number}`;
    return this.#start(name, host, ['channel', 'subscribe', SUBJECT, ...args, ...place, '--name', name], pipes);
  }

  #start<E extends { event: string }>(
    name: string,
    host: Host,
    args: readonly string[],
    pipes: Pipes = {},
  ): CliProcess<E> {
    const process = CliProcess.start<E>(name, host, args, {}, pipes);
    this.#processes.push(process as unknown as CliProcess<{ event: string }>);
    return process;
  }
}

/** Feeds so many random bytes in pieces, and calls back in between. @returns all of them */
export async function feed(
  publisher: Publisher,
  bytes: number,
  between: (fed: number) => Promise<void> = async () => {},
): Promise<Buffer> {
  const content = randomBytes(bytes);
  const piece = Math.ceil(bytes / 20);
  for (let at = 0; at < bytes; at += piece) {
    await publisher.feed(content.subarray(at, at + piece));
    await between(at + piece);
  }
  publisher.endFeed();
  return content;
}

/** The numbers that events name, all epochs together: a test has one unless it says otherwise. */
export function numbersIn(events: readonly { readonly ranges: readonly Range[] }[]): RangeSet {
  return normalize(events.flatMap(({ ranges }) => [...ranges]));
}

/** The numbers that were published. */
export function publishedBy(publisher: Publisher): RangeSet {
  return normalize(publisher.all('published').map(({ first, last }): Range => [first, last + 1]));
}
