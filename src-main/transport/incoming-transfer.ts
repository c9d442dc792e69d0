import { stat } from 'node:fs/promises';
import type { ReceivedFile, StudentEvent } from '../../src-shared/ipc/events';
import type { IncomingState, IncomingView } from '../../src-shared/ipc/snapshots';
import { encodeRanges } from '../../src-shared/ranges/range-codec';
import { HEADER_BYTES } from '../../src-shared/wire/data-datagram';
import type { Announce, Hello, Manifest, Offer, TeacherMessage } from '../../src-shared/wire/messages';
import { makeFolders } from '../library/folders';
import { checkFreeSpace, storedBytes } from '../library/free-space';
import {
  completedTransfers,
  fitIntoHello,
  forgetOldTransfers,
  heldTransfers,
  rememberCompleted,
} from '../library/held-transfers';
import { checkManifest } from '../library/manifest';
import { PartialTransfer, partialFolder } from '../library/partial-transfer';
import { SerialQueue } from '../library/serial-queue';
import { coverage } from '../multicast/loss-map';
import { Receiver } from '../multicast/receiver';
import type { ReceiverOutput } from '../multicast/receiver-io';
import type { TransferLayout } from '../multicast/transfer-layout';
import { DeadlineTimer, systemClock } from './clock';
import type { TeacherConnection } from './control-connection';
import { type DataReceiver, openReceiver } from './data-channel';
import type { Impairment } from './impairment';
import { interfaceOf } from './interfaces';
import { coversOf, filesOf } from './manifest-view';
import { layoutOf } from './prepared-transfer';
import { reasonOf } from './words';

export interface IncomingOptions {
  /** Where files go. */
  readonly directory: string;
  /** Where partial transfers are kept. */
  readonly partialDir: string;
  readonly impairment: Impairment | undefined;
  /** Address of the one interface to use; default: the one of the control connection. */
  readonly interface?: string;
  onEvent(event: StudentEvent): void;
}

interface Current {
  readonly layout: TransferLayout;
  /** The part of its picture that stays the same, made once: windows ask ten times a second. */
  readonly fixed: ReturnType<typeof fixedView>;
}

/** Kill -9 loses at most this much of what was received. */
const FLUSH_EVERY_MS = 1000;
/** More than this waiting for the disk holds the teacher's window back… */
const CONGESTED_BYTES = 32 * 1024 * 1024;
/** …and this is looked at so often until it is written. */
const CONGESTION_POLL_MS = 20;
/** What free space must be left for the journal and for others. */
const SPARE_BYTES = 4 * 1024 * 1024;
const MAX_HISTORY = 20;

/** The driver of one student's Receiver: partial transfer, data channel and the one timer. It outlives connections. */
export class IncomingTransfer {
  private readonly receiver: Receiver;
  private readonly timer: DeadlineTimer;
  private readonly flushTimer: NodeJS.Timeout;
  private connection: TeacherConnection | undefined;
  private room = '';
  private readonly disk = new SerialQueue();
  private partial: PartialTransfer | undefined;
  /** The transfer announced last: what is prepared for another one is of no use any more. */
  private wanted = '';
  private current: Current | undefined;
  private channel: DataReceiver | undefined;
  private channelWanted = false;
  private readonly history: IncomingView[] = [];
  private rate = { at: 0, bytes: 0, value: 0 };

  private constructor(
    private readonly options: IncomingOptions,
    completed: readonly string[],
  ) {
    this.receiver = new Receiver(completed);
    this.timer = new DeadlineTimer(systemClock, () => this.input((now) => this.receiver.timeout(now)));
    this.flushTimer = setInterval(() => this.flush(), FLUSH_EVERY_MS);
  }

  static async open(options: IncomingOptions): Promise<IncomingTransfer> {
    return new IncomingTransfer(options, await completedTransfers(options.partialDir));
  }

  /** What `hello` says of interrupted and completed transfers. */
  async held(): Promise<Hello['held']> {
    const onDisk = await heldTransfers(this.options.partialDir);
    const inHand = this.receiver.held();
    if (inHand === undefined) return onDisk;
    const missing = Buffer.from(encodeRanges(inHand.missing)).toString('base64');
    const others = onDisk.filter(({ transfer }) => transfer !== inHand.transfer);
    return fitIntoHello([{ transfer: inHand.transfer, complete: false, missing }, ...others]);
  }

  connected(connection: TeacherConnection, room: string): void {
    this.connection = connection;
    this.room = room;
    this.receiver.connected(connection.localAddress);
  }

  disconnected(): void {
    this.connection = undefined;
    this.input(() => this.receiver.disconnected());
  }

  /** @throws WireError where the message is inconsistent. */
  receive(message: TeacherMessage, attachment: Uint8Array): void {
    this.input((now) => this.receiver.receive(message, attachment, now));
    if (message.type === 'finished') this.options.onEvent({ event: 'finished', transfer: message.transfer });
  }

  views(): IncomingView[] {
    const running = this.runningView();
    return running === undefined ? this.history : [running, ...this.history.filter(({ id }) => id !== running.id)];
  }

  async close(): Promise<void> {
    clearInterval(this.flushTimer);
    this.timer.arm(undefined);
    await this.closeData();
    await this.disk.idle();
    await this.partial?.close();
  }

  // --- The loop ---

  private input(give: (now: number) => void): void {
    give(systemClock.now());
    this.pump();
  }

  private pump(): void {
    for (let outputs = this.receiver.outputs(); outputs.length > 0; outputs = this.receiver.outputs()) {
      for (const output of outputs) this.carryOut(output);
    }
    this.timer.arm(this.receiver.deadline());
  }

  private carryOut(output: ReceiverOutput): void {
    switch (output.kind) {
      case 'message':
        this.connection?.send(output.message, output.attachment);
        return;
      case 'progress':
        this.connection?.sendProgress(output.progress);
        return;
      case 'prepare':
        this.wanted = output.transfer;
        return this.attempt(() => this.prepare(output.transfer, output.offer));
      case 'openData':
        void this.openData(output.announce);
        return;
      case 'closeData':
        void this.closeData();
        return;
      case 'store':
        this.partial?.write(output.unit, output.payload);
        return;
      case 'verify':
        return this.attempt(() => this.verify(output.root));
      case 'finalize':
        return this.attempt(() => this.finalize());
      case 'discard':
        return this.attempt(() => this.discard());
      case 'event':
        this.note(output.event);
        return this.options.onEvent(output.event);
      case 'done':
        return this.attempt(() => this.letGo());
    }
  }

  /** Work on the disk, one thing after the other; when it fails, the teacher is told why (PROTOCOL.md section 10). */
  private attempt(work: () => Promise<void>): void {
    this.disk.run(work).catch((error: unknown) => this.storageFailed(error));
  }

  private storageFailed(error: unknown): void {
    this.input(() => this.receiver.storageFailed(reasonOf(error)));
  }

  // --- Disk ---

  private async prepare(transfer: string, offer: Offer): Promise<void> {
    const { manifest } = offer;
    const layout = layoutOf(offer);
    this.current = { layout, fixed: fixedView(transfer, this.room, manifest, layout) };
    const fault = checkManifest(manifest);
    if (fault !== undefined) return this.storageFailed(new Error(fault));
    await this.partial?.close();
    this.partial = undefined;
    await this.makeSpace(transfer, layout);
    const key = Buffer.from(offer.key, 'base64');
    const partial = await PartialTransfer.open({ directory: this.options.partialDir, transfer, layout, manifest, key });
    this.partial = partial;
    if (this.wanted === transfer) this.input(() => this.receiver.prepared(layout, partial.missing()));
  }

  /** Before anything is reserved, as an offer may claim any size. */
  private async makeSpace(transfer: string, layout: TransferLayout): Promise<void> {
    const { partialDir, directory } = this.options;
    await makeFolders(partialDir, 0o700);
    await forgetOldTransfers(partialDir, transfer);
    const stored = await storedBytes(partialFolder(partialDir, transfer));
    await checkFreeSpace(partialDir, layout.totalBytes - stored + SPARE_BYTES);
    // Part files become the files themselves, except on another disk, where they are copied.
    const parts = await stat(partialDir);
    // A folder that is not there yet will be made; what is wrong with it shows then, in words.
    const files = await stat(directory).catch(() => parts);
    if (parts.dev !== files.dev) await checkFreeSpace(directory, layout.contentBytes + SPARE_BYTES);
  }

  private async verify(root: string): Promise<void> {
    const { partial } = this;
    if (partial === undefined) return;
    const { rejected, forgedChunks } = await partial.verify(root);
    this.input(() => this.receiver.verified({ rejected, forgedChunks }));
  }

  private async finalize(): Promise<void> {
    const { partial, current } = this;
    if (partial === undefined || current === undefined) return;
    const files = await partial.finalize(this.options.directory);
    await rememberCompleted(this.options.partialDir, current.fixed.id);
    await partial.discard();
    this.partial = undefined;
    this.input(() => this.receiver.stored(files));
  }

  private async discard(): Promise<void> {
    const { partial } = this;
    this.partial = undefined;
    await partial?.discard();
  }

  private async letGo(): Promise<void> {
    const { partial } = this;
    this.partial = undefined;
    this.current = undefined;
    await partial?.close();
  }

  private flush(): void {
    const { partial } = this;
    if (partial === undefined) return;
    partial.flush().catch((error: unknown) => this.partial === partial && this.storageFailed(error));
  }

  /** Holds the teacher's window back while the disk has too much to do. */
  private checkCongestion(partial: PartialTransfer): void {
    if (this.congested || partial.pendingBytes <= CONGESTED_BYTES) return;
    this.congested = true;
    this.input(() => this.receiver.storageCongested(true));
    const poll = setInterval(() => {
      if (partial.pendingBytes > CONGESTED_BYTES / 2 && this.partial === partial) return;
      clearInterval(poll);
      this.congested = false;
      this.input(() => this.receiver.storageCongested(false));
    }, CONGESTION_POLL_MS);
  }

  private congested = false;

  // --- Data channel ---

  private async openData(announce: Announce): Promise<void> {
    const { connection } = this;
    if (connection === undefined) return;
    this.channelWanted = true;
    try {
      const { group, port } = announce;
      const onDatagram = this.impaired((bytes, address, sourcePort) => this.take(bytes, address, sourcePort));
      const channel = await openReceiver({
        group,
        port,
        interface: interfaceOf(this.options.interface ?? connection.localAddress, group),
        onDatagram,
      });
      if (!this.channelWanted || this.channel !== undefined) {
        await channel.close();
        return;
      }
      this.channel = channel;
      this.input((now) => this.receiver.dataOpened(now));
    } catch (error) {
      this.input(() => this.receiver.dataFailed(reasonOf(error)));
    }
  }

  private impaired(deliver: (bytes: Uint8Array, address: string, port: number) => void): typeof deliver {
    return this.options.impairment?.wrap(deliver) ?? deliver;
  }

  private async closeData(): Promise<void> {
    this.channelWanted = false;
    const { channel } = this;
    this.channel = undefined;
    await channel?.close();
  }

  private take(bytes: Uint8Array, address: string, port: number): void {
    const unit = this.receiver.datagram(bytes, { address, port }, systemClock.now());
    if (unit !== undefined && this.partial !== undefined) {
      this.partial.write(unit, bytes.subarray(HEADER_BYTES));
      this.checkCongestion(this.partial);
    }
    if (this.receiver.hasOutputs) this.pump();
    else this.timer.arm(this.receiver.deadline());
  }

  // --- What is shown ---

  private note(event: StudentEvent): void {
    if (event.event !== 'complete' && event.event !== 'failed') return;
    const view = this.runningView();
    if (view === undefined) return;
    const over: IncomingView =
      event.event === 'complete'
        ? {
            ...view,
            state: 'complete',
            missingBytes: 0,
            received: event.files,
            rate: 0,
            lossMap: coverage([], view.totalBytes),
          }
        : { ...view, state: 'failed', failure: event.reason, rate: 0 };
    this.current = undefined;
    this.history.unshift(over);
    this.history.splice(MAX_HISTORY);
  }

  private runningView(): IncomingView | undefined {
    const { current } = this;
    if (current === undefined) return undefined;
    const view = this.receiver.view();
    const { layout, fixed } = current;
    const known = view.transfer === fixed.id;
    const missingBytes = known ? view.missingBytes : layout.totalBytes;
    return {
      ...fixed,
      missingBytes,
      state: this.stateOf(view.phase, view.transmission),
      transmission: view.transmission,
      rate: this.rateOf(layout.totalBytes - missingBytes),
      lossMap: coverage(known ? view.missing : [[0, layout.totalBytes]], layout.totalBytes),
      received: [] satisfies ReceivedFile[],
    };
  }

  private stateOf(phase: string, transmission: number): IncomingState {
    if (phase === 'storing') return 'storing';
    if (this.connection === undefined) return 'interrupted';
    return transmission === 0 ? 'receiving' : 'repairing';
  }

  private rateOf(bytes: number): number {
    const now = systemClock.now();
    const elapsed = now - this.rate.at;
    if (elapsed >= 500) {
      const value = Math.max(0, ((bytes - this.rate.bytes) / elapsed) * 1000);
      this.rate = { at: now, bytes, value };
    }
    return this.rate.value;
  }
}

function fixedView(id: string, from: string, manifest: Manifest, { totalBytes }: TransferLayout) {
  return { id, from, files: filesOf(manifest), covers: coversOf(manifest), totalBytes };
}
