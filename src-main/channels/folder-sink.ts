import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ChannelFileView } from '../../src-shared/ipc/channel-views';
import { plainText } from '../../src-shared/text/plain-text';
import { type DecoderState, FileDecoder, type FileFault, type FileStep } from '../archive/file-records';
import type { Packet, PacketNumber } from '../archive/packet';
import { StorageError } from '../library/library-error';
import { placeFiles } from '../library/place-files';
import type { ChannelPosition } from './bus';
import { decodeHeader, type FileHeader } from './file-header';
import { IncomingFile } from './incoming-file';
import type { Memory } from './watched-folder';

export interface FolderSinkOptions {
  /** Where files go. */
  readonly directory: string;
  /** Where they are until they are whole. */
  readonly partsDirectory: string;
  readonly memory: Memory;
  /** Each channel into a folder of its own, named by its subject. */
  readonly foldersBySubject: boolean;
  onFile(subject: string, file: ChannelFileView & { readonly sha256?: string }): void;
  /** Packets of a channel are on the medium: they will not be asked for again. */
  onDelivered?(position: ChannelPosition): void;
}

/** A program that is killed asks again for at most this much, or for what came in this time. */
const SYNC_BYTES = 8 * 1024 * 1024;
const SYNC_MS = 1_000;

const stateSchema = z.object({
  epoch: z.int().min(0),
  /** Of the last packet taken; -1 where the first to come is 0. */
  sequence: z.int().min(-1),
  passedOver: z.int().nullable(),
  isJoining: z.boolean(),
  open: z
    .object({
      file: z.int(),
      header: z.string(),
      headerBytes: z.int(),
      contentBytes: z.int(),
      position: z.int(),
    })
    .nullable(),
});
type StoredState = z.infer<typeof stateSchema>;

/**
 * Makes files of channels' packets: each appears under its name in one step, when it is whole and its digest is right, or
 * not at all. What was taken is remembered together with the part of the file that it belongs to, so that a program
 * killed at any moment goes on without a gap or a file twice.
 */
export class FolderSink {
  private readonly channels = new Map<string, Promise<IncomingChannel>>();

  constructor(private readonly options: FolderSinkOptions) {}

  /** The last packet taken of each channel that was heard before: where to go on. */
  positions(): ChannelPosition[] {
    return this.options.memory.cursorNames(MEMORY).flatMap((name) => {
      const subject = name.slice(MEMORY.length);
      const state = readState(this.options.memory, subject);
      return state === undefined ? [] : [{ subject, epoch: state.epoch, sequence: state.sequence }];
    });
  }

  /** Remembers where a new channel begins here, so that not even its first packet is missed by who is killed before that. */
  async joined(subject: string, from: PacketNumber): Promise<void> {
    const { memory } = this.options;
    if (memory.readCursor(memoryOf(subject)) !== undefined) return;
    const before = { epoch: from.epoch, sequence: from.sequence - 1 };
    await memory.writeCursor(memoryOf(subject), encodeState(before, new FileDecoder().state));
  }

  /** Takes a channel's next packet. @throws StorageError where the disk does not */
  async take(packet: Packet): Promise<void> {
    const { subject } = packet;
    let channel = this.channels.get(subject);
    if (channel === undefined) {
      channel = IncomingChannel.open(subject, this.options);
      this.channels.set(subject, channel);
    }
    await (await channel).take(packet);
  }

  /** Remembers everything taken, and ends. */
  async close(): Promise<void> {
    for (const channel of this.channels.values()) await (await channel).close();
  }
}

class IncomingChannel {
  private header: FileHeader | undefined;
  private file: IncomingFile | undefined;
  private contentBytes = 0;
  private last: Packet | undefined;
  private unsyncedBytes = 0;
  private syncDue = performance.now() + SYNC_MS;

  private constructor(
    private readonly subject: string,
    private readonly options: FolderSinkOptions,
    private readonly decoder: FileDecoder,
  ) {}

  static async open(subject: string, options: FolderSinkOptions): Promise<IncomingChannel> {
    const state = readState(options.memory, subject);
    const channel = new IncomingChannel(subject, options, new FileDecoder(state && decoderState(state)));
    await channel.resume(state);
    return channel;
  }

  async take(packet: Packet): Promise<void> {
    try {
      this.last = packet;
      this.unsyncedBytes += packet.payload.length;
      for (const step of this.decoder.take(packet.payload)) await this.apply(step);
      if (this.unsyncedBytes >= SYNC_BYTES || performance.now() >= this.syncDue) await this.sync();
    } catch (error) {
      throw StorageError.from(error, this.options.directory);
    }
  }

  async close(): Promise<void> {
    await this.sync();
    await this.file?.close();
  }

  private async resume(state: StoredState | undefined): Promise<void> {
    const open = state?.open ?? undefined;
    if (open === undefined || open.position < open.headerBytes) return;
    const header = decodeHeader(Buffer.from(open.header, 'base64'));
    const bytes = open.position - open.headerBytes;
    if (typeof header === 'string') return;
    this.header = header;
    this.contentBytes = open.contentBytes;
    this.file = await IncomingFile.open(this.partPath(), bytes);
    // The part was lost, or cut short by a power cut: the file will not be right, and says so at its end.
    if (this.file.bytes !== bytes) await this.fail('lost', undefined);
  }

  private async apply(step: FileStep): Promise<void> {
    if (step.step === 'begin') await this.begin(step.header, step.contentBytes);
    else if (step.step === 'content') await this.file?.add(step.bytes);
    else if (step.step === 'end') await this.end(step.digest);
    else await this.fail(step.fault, step.hint);
  }

  private async begin(bytes: Uint8Array, contentBytes: number): Promise<void> {
    const header = decodeHeader(bytes);
    this.contentBytes = contentBytes;
    if (typeof header === 'string') {
      this.report('(no name)', 'failed', header);
      return;
    }
    this.header = header;
    this.file = await IncomingFile.open(this.partPath(), 0);
    this.report(nameOf(header), 'arriving');
  }

  private async end(digest: Uint8Array): Promise<void> {
    const { header, file } = this;
    if (header === undefined || file === undefined) return;
    const found = await file.finish();
    this.file = undefined;
    this.header = undefined;
    if (found.compare(digest) !== 0)
      this.report(nameOf(header), 'failed', 'It is not what its publisher sent: its digest is another.');
    else await this.place(header, file.part, digest);
    // Only now: a program that ends in between finds the part, and the file in its place, and is done.
    await this.sync();
    await rm(file.part, { force: true });
  }

  private async place(header: FileHeader, part: string, digest: Uint8Array): Promise<void> {
    const path = this.options.foldersBySubject ? [this.subject, ...header.path] : header.path;
    const file = { part, path, size: this.contentBytes, modified: header.modified };
    const conflicts = { rule: 'keepBoth', now: new Date() } as const;
    const [placed] = await placeFiles(this.options.directory, [file], conflicts);
    this.report(placed?.path ?? nameOf(header), 'complete', undefined, Buffer.from(digest).toString('hex'));
  }

  private async fail(fault: FileFault, hint: Uint8Array | undefined): Promise<void> {
    const name = this.header === undefined ? hintOf(hint) : nameOf(this.header);
    await this.file?.discard();
    this.file = undefined;
    this.header = undefined;
    this.report(name, 'failed', WHY[fault]);
  }

  private report(path: string, state: ChannelFileView['state'], why?: string, sha256?: string): void {
    const more = { ...(why === undefined ? {} : { why }), ...(sha256 === undefined ? {} : { sha256 }) };
    this.options.onFile(this.subject, { path, bytes: this.contentBytes, at: Date.now(), state, ...more });
  }

  private async sync(): Promise<void> {
    const { last } = this;
    this.syncDue = performance.now() + SYNC_MS;
    this.unsyncedBytes = 0;
    if (last === undefined) return;
    await this.file?.sync();
    await this.options.memory.writeCursor(memoryOf(this.subject), encodeState(last, this.decoder.state));
    this.options.onDelivered?.({ subject: this.subject, epoch: last.epoch, sequence: last.sequence });
  }

  private partPath(): string {
    return join(
      this.options.partsDirectory,
      `${createHash('sha256').update(this.subject).digest('hex').slice(0, 32)}.part`,
    );
  }
}

const WHY: Readonly<Record<FileFault, string>> = {
  lost: 'Some of its packets were lost, and nobody has them any more.',
  abandoned: 'It changed while it was being published.',
  unfinished: 'Its publisher stopped in the middle of it.',
  malformed: 'Its publisher sent what is no file.',
};

function nameOf({ path }: FileHeader): string {
  return path.join('/');
}

function hintOf(hint: Uint8Array | undefined): string {
  return plainText(Buffer.from(hint ?? []).toString(), 255);
}

const MEMORY = 'delivered ';

function memoryOf(subject: string): string {
  return `${MEMORY}${subject}`;
}

function encodeState({ epoch, sequence }: PacketNumber, state: DecoderState): Uint8Array {
  const open = state.open && { ...state.open, header: Buffer.from(state.open.header).toString('base64') };
  return Buffer.from(JSON.stringify({ ...state, open, epoch, sequence } satisfies StoredState));
}

function decoderState({ open, passedOver, isJoining }: StoredState): DecoderState {
  return { passedOver, isJoining, open: open && { ...open, header: Buffer.from(open.header, 'base64') } };
}

/** Where a channel was left; undefined where it is new. @throws StorageError where that cannot be read: nothing is guessed. */
function readState(memory: Memory, subject: string): StoredState | undefined {
  const stored = memory.readCursor(memoryOf(subject));
  if (stored === undefined) return undefined;
  try {
    return stateSchema.parse(JSON.parse(Buffer.from(stored).toString()));
  } catch (error) {
    throw new StorageError(`What was received of “${subject}” cannot be read: move the state folder away.`, undefined, {
      cause: error,
    });
  }
}
