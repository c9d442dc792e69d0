import type { TeacherEvent } from '../../src-shared/ipc/events';
import type { Audience, GroupView, TransferView } from '../../src-shared/ipc/snapshots';
import type { StudentMessage } from '../../src-shared/wire/messages';
import type { Progress } from '../../src-shared/wire/progress';
import { afterRemoval, afterRename, afterUnpairing, isFor } from '../classroom/audience';
import { nextToStart } from '../classroom/start-rules';
import type { Found } from '../multicast/sender-io';
import { type Enrolling, type OutgoingOptions, OutgoingTransfer } from './outgoing-transfer';
import { queuedView, type TransferOrder } from './transfer-order';

/** What the queue asks of the room around it. */
export interface QueueOptions extends Omit<OutgoingOptions, 'order' | 'isFor' | 'onFinished' | 'found'> {
  /** Students with a control connection. */
  connected(): readonly Enrolling[];
  groups(): readonly GroupView[];
  /** Whether a student may be in the room, connected or not. */
  mayEnter(student: string): boolean;
  /** Whether nothing may start at the moment; `startNext` is called again and again. */
  isHeld(): boolean;
  /** ms since 1970. */
  now(): number;
  /** A transfer is over, however it ended. */
  onOver(view: TransferView, paths: readonly string[]): void;
}

/** A transfer that is over, as it was at its end. */
interface Past {
  readonly order: TransferOrder;
  readonly view: TransferView;
}

/** Transfers that are over which the window keeps. */
const MAX_PAST = 20;

/**
 * What a teacher sends: the transfer that runs, those that wait for their turn, those that are over. One runs at a time; the
 * first whose rule holds is next (classroom/start-rules).
 *
 * A waiting or running transfer follows its group's new name; where the group is removed it goes on for those who were in it.
 */
export class TransferQueue {
  private running: { readonly order: TransferOrder; readonly transfer: OutgoingTransfer } | undefined;
  private waiting: readonly TransferOrder[] = [];
  private past: readonly Past[] = [];
  /** What the latest transfer found of the network: the next one need not begin from nothing. */
  private found: Found | undefined;
  /** When the journal of the transfer that finished last is gone. */
  private forgotten: Promise<void> = Promise.resolve();

  constructor(private readonly options: QueueOptions) {}

  // --- The teacher's wishes ---

  add(order: TransferOrder): void {
    this.waiting = [...this.waiting, order];
    this.startNext();
  }

  /** Starts it before all others that wait, as soon as anybody of its audience is there. */
  startNow(id: string): void {
    const order = this.waiting.find(({ prepared }) => prepared.transfer === id);
    if (order === undefined) return;
    order.start = { when: 'now' };
    this.waiting = [order, ...this.waiting.filter((other) => other !== order)];
    this.startNext();
  }

  /** One that waits has nothing to pause: nothing happens then. */
  setPaused(id: string, paused: boolean): void {
    if (this.running?.transfer.id === id) this.running.transfer.setPaused(paused);
  }

  /** Stops it, or takes it out of the queue: what nobody has seen yet leaves no trace. */
  cancel(id: string): void {
    if (this.running?.transfer.id === id) this.running.transfer.abort('The teacher cancelled the transfer.');
    else this.waiting = this.waiting.filter(({ prepared }) => prepared.transfer !== id);
  }

  /** Starts what may start by now: time is one of the rules. */
  startNext(): void {
    if (this.running !== undefined || this.waiting.length === 0 || this.options.isHeld()) return;
    const connected = this.options.connected();
    const next = nextToStart(this.waiting, {
      connected: connected.map(({ student }) => student.id),
      groups: this.options.groups(),
      time: this.options.now(),
    });
    if (next === undefined) return;
    this.waiting = this.waiting.filter((order) => order !== next);
    const transfer = new OutgoingTransfer({
      ...this.options,
      order: next,
      found: this.found,
      isFor: (student) => this.isFor(next.audience, student),
      onFinished: () => this.finished(),
    });
    this.running = { order: next, transfer };
    transfer.start(connected.filter(({ student }) => this.isFor(next.audience, student.id)));
  }

  // --- The class ---

  /** A student has come in, or back. */
  entered(student: Enrolling): void {
    if (this.running === undefined) this.startNext();
    else this.enroll(student);
  }

  left(student: string, final: string | undefined): void {
    this.running?.transfer.disconnected(student, final);
  }

  /** @throws WireError where the message names what cannot be. */
  receive(student: string, message: StudentMessage, attachment: Uint8Array): void {
    this.running?.transfer.receive(student, message, attachment);
  }

  progress(student: string, progress: Progress): void {
    this.running?.transfer.progress(student, progress);
  }

  drained(student: string): void {
    this.running?.transfer.drained(student);
  }

  renamed(student: string, name: string): void {
    this.running?.transfer.rename(student, name);
  }

  /** A student is not paired any more: it is out of the running transfer, and nothing that waits is for it. */
  unpaired(student: string): void {
    this.running?.transfer.dismiss(student, 'it was un-paired');
    this.setAudiences((audience) => afterUnpairing(audience, student));
    const forNobody = this.waiting.filter(({ audience }) => isForNobody(audience));
    this.waiting = this.waiting.filter((order) => !forNobody.includes(order));
    for (const order of forNobody) this.end(order, queuedView(order, 'Everybody it was for has been un-paired.'));
  }

  /** Other students are in a group: those who came into it take part in what runs, those who left it stay. */
  groupChanged(): void {
    if (this.running === undefined) return this.startNext();
    const { transfer } = this.running;
    for (const student of this.options.connected()) if (!transfer.hasMember(student.student.id)) this.enroll(student);
  }

  groupRenamed(group: string, to: string): void {
    this.setAudiences((audience) => afterRename(audience, group, to));
  }

  groupRemoved(group: GroupView): void {
    this.setAudiences((audience) => afterRemoval(audience, group));
  }

  // --- What there is ---

  /** The running transfer first, then the queue, then what is over, newest first. */
  views(): TransferView[] {
    const running = this.runningView();
    return [
      ...(running === undefined ? [] : [running]),
      ...this.waiting.map((order) => queuedView(order)),
      ...this.past.map(({ view }) => view),
    ];
  }

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  runningView(): TransferView | undefined {
    return this.running?.transfer.view();
  }

  /** Whether it waits or runs. */
  isInHand(id: string): boolean {
    return this.running?.transfer.id === id || this.waiting.some(({ prepared }) => prepared.transfer === id);
  }

  /** A transfer of this room, in whatever state; undefined where it is too long ago, or never was. */
  find(id: string): { readonly view: TransferView; readonly paths: readonly string[] } | undefined {
    const { running } = this;
    if (running?.transfer.id === id) return { view: running.transfer.view(), paths: running.order.prepared.paths };
    const isIt = ({ prepared }: TransferOrder) => prepared.transfer === id;
    const waiting = this.waiting.find(isIt);
    if (waiting !== undefined) return { view: queuedView(waiting), paths: waiting.prepared.paths };
    const over = this.past.find(({ order }) => isIt(order));
    return over === undefined ? undefined : { view: over.view, paths: over.order.prepared.paths };
  }

  /** Stops without a word: a running transfer stays resumable. */
  async close(): Promise<void> {
    this.waiting = [];
    await this.running?.transfer.close();
    await this.forgotten;
  }

  private enroll(student: Enrolling): void {
    if (this.running === undefined) return;
    const { order, transfer } = this.running;
    const { id } = student.student;
    if (transfer.hasMember(id) || this.isFor(order.audience, id)) transfer.enroll(student);
  }

  private isFor(audience: Audience, student: string): boolean {
    return this.options.mayEnter(student) && isFor(audience, student, this.options.groups());
  }

  private setAudiences(change: (audience: Audience) => Audience): void {
    for (const order of [this.running?.order, ...this.waiting]) {
      if (order !== undefined) order.audience = change(order.audience);
    }
  }

  private finished(): void {
    const { running } = this;
    this.running = undefined;
    if (running === undefined) return;
    this.forgotten = running.transfer.whenSaved();
    this.found = running.transfer.found;
    this.end(running.order, running.transfer.view());
    // The finished transfer's own turn of the loop ends first.
    setImmediate(() => this.startNext());
  }

  private end(order: TransferOrder, view: TransferView): void {
    this.past = [{ order, view }, ...this.past].slice(0, MAX_PAST);
    this.options.onOver(view, order.prepared.paths);
  }
}

/** What a few times a second is told of a transmission, for displays; undefined while none is under way. */
export function progressOf(view: TransferView): TeacherEvent | undefined {
  if (view.phase !== 'transmitting') return undefined;
  const round = view.rounds.at(-1);
  return {
    event: 'progress',
    transfer: view.id,
    transmission: round?.transmission ?? 0,
    sentBytes: Math.round((round?.bytes ?? 0) * (round?.progress ?? 0)),
    rate: Math.round(view.rate),
    students: view.permanent.map(({ id, progress, rate, loss }) => ({ id, progress, rate: Math.round(rate), loss })),
  };
}

function isForNobody(audience: Audience): boolean {
  return audience !== 'everyone' && 'students' in audience && audience.students.length === 0;
}
