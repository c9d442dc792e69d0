import { join } from 'node:path';
import type { ConflictRule } from '../../src-shared/ipc/contract';
import type { StudentEvent } from '../../src-shared/ipc/events';
import type { IncomingView } from '../../src-shared/ipc/snapshots';
import { encodeRanges } from '../../src-shared/ranges/range-codec';
import { expandTemplate } from '../../src-shared/text/folder-template';
import { HEADER_BYTES } from '../../src-shared/wire/data-datagram';
import type { Announce, Hello, ManifestFile, Offer, TeacherMessage } from '../../src-shared/wire/messages';
import { type ChannelArrival, channelSetOf, withArrival } from '../library/channel-inbox';
import { localDate } from '../library/file-naming';
import { completedTransfers, fitIntoHello, heldTransfers, interruptedTransfers } from '../library/held-transfers';
import type { Places } from '../library/partial-transfer';
import { type Leftover, ReceivedTransfers, type TransferRecord } from '../library/received-transfers';
import type { Source } from '../multicast/datagram-filter';
import { Receiver } from '../multicast/receiver';
import type { ReceiverOutput } from '../multicast/receiver-io';
import { TransferLayout } from '../multicast/transfer-layout';
import { DeadlineTimer, systemClock } from './clock';
import type { TeacherConnection } from './control-connection';
import type { Impairment } from './impairment';
import { IncomingChannel } from './incoming-channel';
import { IncomingStorage } from './incoming-storage';
import { fixedView, RunningView } from './incoming-view';
import { layoutOf } from './prepared-transfer';
import { reasonOf } from './words';

export interface IncomingOptions {
  /** Where files go. */
  readonly directory: string;
  /** Folders below that: src-shared/text/folder-template. */
  readonly folderTemplate: string;
  /** Where a file of the same name with other content is there already. */
  readonly conflict: ConflictRule;
  /** Where partial transfers and the list of received ones are kept. */
  readonly stateDir: string;
  readonly impairment: Impairment | undefined;
  /** Address of the one interface to use; default: the one of the control connection. */
  readonly interface?: string;
  /** Wall time: names folders and backups. */
  now(): Date;
  onEvent(event: StudentEvent): void;
}

const NOTHING: Leftover = { missing: [], missingBytes: 0 };

/** The driver of one student's Receiver: disk, data channel and the one timer. It outlives connections. */
export class IncomingTransfer {
  private readonly receiver: Receiver;
  private readonly timer: DeadlineTimer;
  private readonly storage: IncomingStorage;
  private readonly channel: IncomingChannel;
  private readonly partialDir: string;
  private connection: TeacherConnection | undefined;
  private room = '';
  /** The transfer announced last: what is prepared for another one is of no use any more. */
  private running: RunningView | undefined;

  private constructor(
    private readonly options: IncomingOptions,
    completed: readonly string[],
    private readonly received: ReceivedTransfers,
  ) {
    this.partialDir = partialDirOf(options.stateDir);
    this.receiver = new Receiver(completed);
    this.timer = new DeadlineTimer(systemClock, () => this.input((now) => this.receiver.timeout(now)));
    this.channel = new IncomingChannel({
      impairment: options.impairment,
      onDatagrams: (datagrams, datagramBytes, address, port) => this.take(datagrams, datagramBytes, { address, port }),
    });
    this.storage = new IncomingStorage({
      directory: options.directory,
      partialDir: this.partialDir,
      onPrepared: (transfer, layout, missing) => {
        if (this.running?.fixed.id !== transfer) return;
        this.remember(this.running, { state: 'interrupted' });
        this.input(() => this.receiver.prepared(layout, missing));
      },
      onVerified: (verification) => this.input(() => this.receiver.verified(verification)),
      onStored: (files) => this.input(() => this.receiver.stored(files)),
      onFailed: (error) => this.input(() => this.receiver.storageFailed(reasonOf(error))),
      onCongested: (congested) => this.input(() => this.receiver.storageCongested(congested)),
    });
  }

  static async open(options: IncomingOptions): Promise<IncomingTransfer> {
    const partialDir = partialDirOf(options.stateDir);
    const received = await ReceivedTransfers.open(join(options.stateDir, 'received'), await leftovers(partialDir));
    return new IncomingTransfer(options, await completedTransfers(partialDir), received);
  }

  /** What `hello` says of interrupted and completed transfers. */
  async held(): Promise<Hello['held']> {
    const onDisk = await heldTransfers(this.partialDir);
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
    // Brings what is missing up to date where nobody has looked at it.
    this.runningView();
    this.input(() => this.receiver.disconnected());
  }

  /** @throws WireError where the message is inconsistent. */
  receive(message: TeacherMessage, attachment: Uint8Array): void {
    this.input((now) => this.receiver.receive(message, attachment, now));
    if (message.type === 'finished') this.options.onEvent({ event: 'finished', transfer: message.transfer });
  }

  /** The one on its way, then what was received earlier, newest first. */
  views(): readonly IncomingView[] {
    const running = this.runningView();
    if (running === undefined) return this.received.views;
    return [running, ...this.received.views.filter(({ id }) => id !== running.id)];
  }

  /** Absolute path of a received file: see ReceivedTransfers. */
  fileOf(transfer: string, index: number): Promise<string | undefined> {
    return this.received.fileOf(transfer, index);
  }

  /** A channel has brought a file, which is below the folder for received ones. */
  arrived(arrival: ChannelArrival): void {
    this.received.put(withArrival(this.received.get(channelSetOf(arrival)), arrival, this.options.directory));
  }

  async close(): Promise<void> {
    this.timer.arm(undefined);
    await this.channel.close();
    await this.storage.close();
    await this.received.idle();
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
        return this.prepare(output.transfer, output.offer);
      case 'openData':
        void this.openData(output.announce);
        return;
      case 'closeData':
        void this.channel.close();
        return;
      case 'store':
        return this.storage.write(output.unit, output.payload);
      case 'parity':
        return this.storage.keepParity(output.chunk, output.index, output.payload);
      case 'solve':
        return this.storage.solve(output.chunk, output.units, output.indices);
      case 'forgetParity':
        return this.storage.forgetParity(output.chunk);
      case 'verify':
        return this.storage.verify(output.root);
      case 'finalize':
        return this.finalize();
      case 'discard':
        return this.storage.discard();
      case 'event':
        this.note(output.event);
        return this.options.onEvent(output.event);
      case 'done':
        return this.storage.letGo();
    }
  }

  private prepare(transfer: string, offer: Offer): void {
    // Another transfer takes the place of one that is not complete.
    if (this.running !== undefined) this.remember(this.running, { state: 'interrupted' });
    const layout = layoutOf(offer);
    this.begin(transfer, offer, layout);
    this.storage.prepare(transfer, offer, layout);
  }

  private finalize(): void {
    const { running } = this;
    if (running !== undefined) this.storage.finalize(running.fixed.id, () => this.placesOf(running));
  }

  /** The day is the one of the announcement: files placed again after a crash past midnight go to the same place. */
  private placesOf({ fixed: { from: room, at } }: RunningView): Places {
    const { directory: destination, folderTemplate, conflict: rule, now } = this.options;
    const date = localDate(new Date(at));
    const foldersOf = ({ track }: ManifestFile) =>
      expandTemplate(folderTemplate, { room, date, artist: track?.artist, album: track?.album });
    return { destination, foldersOf, conflicts: { rule, now: now() } };
  }

  private async openData(announce: Announce): Promise<void> {
    const { connection } = this;
    if (connection === undefined) return;
    try {
      const isOpen = await this.channel.open(announce, this.options.interface ?? connection.localAddress);
      if (isOpen) this.input((now) => this.receiver.dataOpened(now));
    } catch (error) {
      this.input(() => this.receiver.dataFailed(reasonOf(error)));
    }
  }

  private take(datagrams: Uint8Array, datagramBytes: number, source: Source): void {
    const units = this.receiver.datagrams(datagrams, datagramBytes, source, systemClock.now());
    units.forEach((unit, i) => {
      const at = i * datagramBytes;
      if (unit !== undefined) this.storage.write(unit, datagrams.subarray(at + HEADER_BYTES, at + datagramBytes));
    });
    if (this.receiver.hasOutputs) this.pump();
    else this.timer.arm(this.receiver.deadline());
  }

  // --- What is shown and remembered ---

  private begin(id: string, { manifest }: Offer, layout: TransferLayout): void {
    const before = this.received.get(id);
    const resumed = before?.state === 'interrupted' ? before : undefined;
    const head = { id, from: resumed?.from ?? this.room, at: resumed?.at ?? this.options.now().getTime() };
    this.running = new RunningView(fixedView(head, manifest, layout), systemClock);
  }

  private note(event: StudentEvent): void {
    const { running } = this;
    if (running === undefined || (event.event !== 'complete' && event.event !== 'failed')) return;
    // The receiver has forgotten the transfer by now.
    if (event.event === 'complete') this.remember(running, { state: 'complete', received: [...event.files] });
    else this.remember(running, { state: 'failed', failure: event.reason });
    this.running = undefined;
  }

  private remember(
    { fixed, leftover }: RunningView,
    end: Pick<TransferRecord, 'state'> & Partial<Pick<TransferRecord, 'received' | 'failure'>>,
  ): void {
    const { missing, missingBytes } = end.state === 'complete' ? NOTHING : leftover;
    const { directory } = this.options;
    const lists = { files: [...fixed.files], covers: [...fixed.covers], received: [] };
    const superseded = this.received.put({ ...fixed, ...lists, directory, missingBytes, ...end }, missing);
    this.storage.forget(superseded);
  }

  private runningView(): IncomingView | undefined {
    return this.running?.of(this.receiver.view(), this.connection !== undefined);
  }
}

function partialDirOf(stateDir: string): string {
  return join(stateDir, 'partial');
}

/** What there is of interrupted transfers, by id. */
async function leftovers(partialDir: string): Promise<Map<string, Leftover>> {
  const interrupted = await interruptedTransfers(partialDir);
  return new Map(
    interrupted.map(({ transfer, offer, missing }) => {
      const contentBytes = offer.manifest.files.reduce((sum, file) => sum + file.size, 0);
      const layout = new TransferLayout(contentBytes, offer.payloadBytes);
      return [transfer, { missing: layout.toBytes(missing), missingBytes: layout.bytesIn(missing) }];
    }),
  );
}
