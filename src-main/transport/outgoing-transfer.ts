import type { StudentIdentity, TeacherEvent } from '../../src-shared/ipc/events';
import type { Help, TransferView } from '../../src-shared/ipc/snapshots';
import { decodeRanges } from '../../src-shared/ranges/range-codec';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import { HEADER_BYTES, writeHeaders } from '../../src-shared/wire/data-datagram';
import type { Hello, StudentMessage } from '../../src-shared/wire/messages';
import type { Progress } from '../../src-shared/wire/progress';
import { WireError } from '../../src-shared/wire/wire-error';
import { LibraryError } from '../library/library-error';
import { removeTeacherJournal, saveTeacherJournal } from '../library/transfer-journal';
import { TransferSource } from '../library/transfer-source';
import { missingOnReturn } from '../multicast/missing-on-return';
import type { RepairPolicy } from '../multicast/retransmission-planner';
import type { HeldState } from '../multicast/scorecard';
import { Sender } from '../multicast/sender';
import type { DueRun, Found, SenderOutput } from '../multicast/sender-io';
import type { TransferLayout } from '../multicast/transfer-layout';
import { DeadlineTimer, systemClock } from './clock';
import { LOW_WATER_BYTES, type StudentConnection } from './control-connection';
import type { DataSender } from './data-channel';
import { openSender, parityCombiner } from './data-path';
import { DatagramReader } from './datagram-reader';
import { encodeMessage } from './frame-codec';
import { OutgoingView } from './outgoing-view';
import type { TransferOrder } from './transfer-order';
import { reasonOf } from './words';

export interface OutgoingOptions {
  readonly order: TransferOrder;
  readonly group: string;
  readonly groupPort: number;
  readonly ttl: number;
  readonly rate: 'auto' | number;
  /** See SenderOptions. */
  readonly found?: Found | undefined;
  readonly maxRounds: number;
  readonly repair: RepairPolicy;
  readonly journalDir: string;
  /** The interface that the class is on, known once the first students are. */
  interface(): string;
  connectionOf(student: string): StudentConnection | undefined;
  /** Whether the transfer is for this student: of an interrupted one's students, only these go on. */
  isFor(student: string): boolean;
  onEvent(event: TeacherEvent): void;
  onFinished(): void;
}

/** A student's hello, as far as it concerns one transfer. */
export interface Enrolling {
  readonly student: StudentIdentity;
  readonly hello: Hello;
}

/** The system's send queue is never filled further than this: what waits there cannot be paced or taken back. */
const MAX_QUEUED_DATAGRAMS = 64;
/** While the send queue is full, look again after this long. */
const QUEUE_POLL_MS = 1;
/** The journal is written at most this often. */
const SAVE_EVERY_MS = 500;

/** The driver of one Sender: files, data channel, fills, journal and the one timer. */
export class OutgoingTransfer {
  readonly id: string;
  private readonly sender: Sender;
  private readonly layout: TransferLayout;
  private readonly source: TransferSource;
  private readonly reader: DatagramReader;
  private readonly timer: DeadlineTimer;
  private readonly overview: OutgoingView;
  private channel: DataSender | undefined;
  private channelClosed: Promise<void> = Promise.resolve();
  private readonly frames = new WeakMap<object, Uint8Array>();
  private pumping = false;
  private loading = false;
  private readonly filling = new Set<string>();
  private saveTimer: NodeJS.Timeout | undefined;
  private saved: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(private readonly options: OutgoingOptions) {
    const { order, group, groupPort, repair, maxRounds, rate, found } = options;
    const { prepared, by } = order;
    this.id = prepared.transfer;
    this.layout = prepared.layout;
    this.source = TransferSource.open({
      sources: prepared.sources,
      layout: prepared.layout,
      key: Buffer.from(prepared.offer.key, 'base64'),
      combine: parityCombiner(),
      ...(prepared.digests === undefined ? {} : { digests: prepared.digests }),
    });
    // A channel that is closed may still be sending; the next one is opened after that.
    const isAllSent = () => this.channel?.queued === 0;
    this.reader = new DatagramReader(this.source, this.layout, isAllSent, (count) => this.sender.runsAhead(count));
    const now = systemClock.now();
    this.sender = new Sender(
      this.layout,
      {
        transfer: this.id,
        offer: prepared.offer,
        group,
        port: groupPort,
        repair,
        by,
        maxRounds,
        rate,
        found,
        ...(prepared.resumed === undefined ? {} : { resumed: prepared.resumed }),
      },
      now,
    );
    for (const { id, name, ip, outcome, missing } of prepared.resumed?.members ?? []) {
      if (options.isFor(id)) this.sender.scorecard.restore({ id, name, ip }, outcome, missing, now);
    }
    this.overview = new OutgoingView(order, this.sender, now);
    this.timer = new DeadlineTimer(systemClock, () => this.onTimer());
  }

  // --- Inputs from the room ---

  start(students: readonly Enrolling[]): void {
    for (const student of students) this.enrollQuietly(student);
    this.input((now) => this.sender.start(now));
  }

  enroll(student: Enrolling): void {
    this.enrollQuietly(student);
    this.pump();
  }

  disconnected(student: string, left: string | undefined): void {
    this.input((now) => this.sender.disconnected(student, left, now));
  }

  /** @throws WireError where the message names what cannot be. */
  receive(student: string, message: StudentMessage, attachment: Uint8Array): void {
    this.input((now) => this.sender.receive(student, message, attachment, now));
  }

  progress(student: string, progress: Progress): void {
    this.input(() => this.sender.progress(student, progress));
  }

  /** The student's connection has room for more. */
  drained(student: string): void {
    void this.fill(student);
  }

  /** A student may not have the transfer any more. */
  dismiss(student: string, reason: string): void {
    this.input((now) => this.sender.dismiss(student, reason, now));
  }

  /** The teacher calls a student something else now. */
  rename(student: string, name: string): void {
    const member = this.sender.scorecard.member(student);
    if (member !== undefined) member.name = name;
  }

  /** What the next transfer to this room should know. */
  get found(): Found {
    return this.sender.found;
  }

  /** Whether a student is, or was, part of it. */
  hasMember(student: string): boolean {
    return this.sender.scorecard.member(student) !== undefined;
  }

  /** Stops it for everybody. @param remedy what the teacher can do about it */
  abort(reason: string, remedy: Help = 'retry'): void {
    if (!this.sender.isFinished) this.overview.stopping(remedy);
    this.input((now) => this.sender.abort(reason, now));
  }

  setPaused(paused: boolean): void {
    this.input((now) => this.sender.setPaused(paused, now));
  }

  view(): TransferView {
    return this.overview.snapshot(systemClock.now());
  }

  /** Stops without a word to anybody: the process ends, the journal stays. */
  async close(): Promise<void> {
    // From here on nothing is taken in: that the students go now is no news about them.
    this.closed = true;
    this.timer.arm(undefined);
    clearTimeout(this.saveTimer);
    await this.saved;
    await this.save();
    await this.channel?.close();
    await this.source.close();
  }

  /** Resolves when nothing is written for this transfer any more. */
  whenSaved(): Promise<void> {
    return this.saved;
  }

  // --- The loop ---

  private enrollQuietly({ student, hello }: Enrolling): void {
    this.sender.enroll(student, this.heldBy(hello), systemClock.now());
  }

  private heldBy(hello: Hello): HeldState | undefined {
    const held = hello.held.find(({ transfer }) => transfer === this.id);
    if (held === undefined) return undefined;
    const { unitCount } = this.layout;
    const missing = rangesOf(held.missing, unitCount);
    if (missing === undefined) return undefined;
    return { complete: held.complete, missing: held.complete ? missing : missingOnReturn(missing, unitCount) };
  }

  private input(give: (now: number) => void): void {
    if (this.closed) return;
    give(systemClock.now());
    this.pump();
  }

  private onTimer(): void {
    this.input((now) => this.sender.timeout(now));
  }

  private pump(): void {
    if (this.pumping || this.closed) return;
    this.pumping = true;
    try {
      for (let outputs = this.sender.outputs(); ; outputs = this.sender.outputs()) {
        for (const output of outputs) this.carryOut(output);
        if (!this.transmit() && outputs.length === 0) break;
      }
    } finally {
      this.pumping = false;
    }
    this.rearm();
  }

  private rearm(): void {
    const now = systemClock.now();
    const deadline = this.sender.deadline(now);
    // Whoever loads or empties the queue pumps again; until then a due datagram needs no timer.
    const waiting = this.loading ? SAVE_EVERY_MS : this.queueFull() ? QUEUE_POLL_MS : 0;
    this.timer.arm(deadline === undefined ? undefined : Math.max(deadline, now + waiting));
  }

  private queueFull(): boolean {
    return (this.channel?.queued ?? 0) >= MAX_QUEUED_DATAGRAMS;
  }

  /** Sends what may leave now. @returns whether anything was sent. */
  private transmit(): boolean {
    let sent = false;
    while (this.channel !== undefined && !this.loading && !this.queueFull()) {
      const now = systemClock.now();
      const run = this.sender.nextRun(MAX_QUEUED_DATAGRAMS - this.channel.queued, now);
      if (run === undefined) break;
      const datagrams = run.first === undefined ? Buffer.alloc(HEADER_BYTES) : this.reader.take(run.first, run.count);
      if (datagrams === undefined) {
        this.load(run.first ?? 0);
        break;
      }
      this.transmitRun(this.channel, run, datagrams, now);
      sent = true;
    }
    return sent;
  }

  private transmitRun(channel: DataSender, run: DueRun, datagrams: Buffer, now: number): void {
    writeHeaders(datagrams, run.header, { count: run.count, step: run.step, stride: this.reader.stride });
    channel.send(datagrams, this.reader.stride);
    this.sender.runSent(run, now);
  }

  private load(unit: number): void {
    this.loading = true;
    this.attempt(async () => {
      await this.reader.load(unit).finally(() => {
        this.loading = false;
      });
      this.pump();
    });
  }

  /** Work that can fail: a file that changed or vanished ends the transfer, in words. */
  private attempt(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.fail(error));
  }

  private fail(error: unknown): void {
    // The files are not what they were; anything else concerns the data channel, which TCP does without.
    this.abort(reasonOf(error), error instanceof LibraryError ? 'show' : 'tcp');
  }

  private carryOut(output: SenderOutput): void {
    switch (output.kind) {
      case 'message':
        return this.send(output);
      case 'openData':
        return this.attempt(() => this.openData());
      case 'closeData':
        this.channelClosed = this.channel?.close() ?? this.channelClosed;
        this.channel = undefined;
        return;
      case 'findRoot':
        return this.attempt(async () => {
          const root = await this.source.root();
          this.input((now) => this.sender.rootKnown(root, now));
        });
      case 'fill':
        void this.fill(output.to);
        return;
      case 'save':
        return this.saveSoon();
      case 'event':
        this.overview.note(output.event, systemClock.now());
        return this.options.onEvent(output.event);
      case 'done':
        return this.finish();
    }
  }

  private send({ to, message, attachment }: Extract<SenderOutput, { kind: 'message' }>): void {
    // The engine gives everybody the same object: a manifest is encoded once for the whole class.
    const frame = this.frames.get(message) ?? encodeMessage(message, attachment);
    this.frames.set(message, frame);
    this.options.connectionOf(to)?.sendFrame(frame);
  }

  private async openData(): Promise<void> {
    await this.channelClosed;
    const address = this.options.interface();
    const { group, groupPort: port, ttl } = this.options;
    const channel = await openSender({ group, port, interface: address, ttl });
    if (this.closed) return channel.close();
    this.channel = channel;
    const source = { address: channel.sourceAddress, port: channel.sourcePort };
    this.input((now) => this.sender.dataOpened(source, now));
  }

  // --- Fills over the control connection ---

  private async fill(student: string): Promise<void> {
    if (this.filling.has(student)) return;
    this.filling.add(student);
    try {
      await this.fillWhileRoom(student);
    } catch (error) {
      this.fail(error);
    } finally {
      this.filling.delete(student);
    }
  }

  private async fillWhileRoom(student: string): Promise<void> {
    for (;;) {
      const connection = this.options.connectionOf(student);
      if (this.closed || connection === undefined || connection.queuedBytes > LOW_WATER_BYTES) return;
      const due = this.sender.nextFill(student, systemClock.now());
      if (due === undefined) return;
      const payloads = await this.reader.payloads(due.first, due.count);
      const { transmission, first: unit } = due;
      connection.send({ type: 'fill', transfer: this.id, transmission, unit }, payloads);
      this.input((now) => this.sender.fillSent(student, now));
    }
  }

  // --- Journal and end ---

  private saveSoon(): void {
    this.saveTimer ??= setTimeout(() => {
      this.saveTimer = undefined;
      this.saved = this.saved.then(() => this.save());
    }, SAVE_EVERY_MS);
  }

  private async save(): Promise<void> {
    if (this.sender.isFinished) return;
    const { transfer, offer, sources, startedAt } = this.options.order.prepared;
    const journal = { transfer, offer, sources, startedAt, state: this.sender.state(), digests: this.source.digests };
    // A teacher whose disk is full can still send; only a restart would begin afresh.
    await saveTeacherJournal(this.options.journalDir, journal).catch(() => undefined);
  }

  /** A transfer that is over must not be resumed. */
  private async forget(): Promise<void> {
    await removeTeacherJournal(this.options.journalDir, this.id).catch(() => undefined);
    await this.source.close();
  }

  private finish(): void {
    this.timer.arm(undefined);
    clearTimeout(this.saveTimer);
    this.saved = this.saved.then(() => this.forget());
    this.options.onFinished();
  }
}

/** What a hello says is missing. A hello that makes no sense says nothing: then everything is. */
function rangesOf(base64: string, unitCount: number): RangeSet | undefined {
  try {
    return decodeRanges(Buffer.from(base64, 'base64'), unitCount);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
