import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ParsedArgument } from '../../src-shared/ipc/contract';
import type { TeacherEvent } from '../../src-shared/ipc/events';
import type { Audience, HistoryEntry, RoomSnapshot } from '../../src-shared/ipc/snapshots';
import { ClassList } from '../classroom/class-list';
import { History, type HistoryRecord, historyEntry, historyRecord } from '../classroom/history';
import { SerialQueue } from '../library/serial-queue';
import { DEFAULT_MAX_ROUNDS } from '../multicast/params';
import type { RepairPolicy } from '../multicast/retransmission-planner';
import { type Identity, loadIdentity } from '../security/identity';
import { Doctor } from './doctor';
import { Door, type DoorOptions } from './door';
import { chooseInterface, interfaceOf } from './interfaces';
import { type PreparedTransfer, prepareTransfer } from './prepared-transfer';
import { orderOf, type Wish } from './transfer-order';
import { progressOf, type QueueOptions, TransferQueue } from './transfer-queue';
import { peerNameOf, reasonOf } from './words';

export interface TeacherRoomOptions {
  /** The room's name, as students see it. */
  readonly name: string;
  /** Identity, class list, history and journals. */
  readonly stateDir: string;
  /** What the room proves to be; by default the one kept in `stateDir`. */
  readonly identity?: Identity;
  /** Default: the one in `stateDir`. */
  readonly classList?: ClassList;
  /** Who is let in: paired students and those who know the code (by default), or anyone. */
  readonly admit?: 'paired' | 'anyone';
  /** The first code that new students type, eight digits; by default a random one. */
  readonly code?: string;
  readonly listen?: { readonly host: string; readonly port: number };
  /** Address of the interface for multicast and announcements; default: the one that the class is on. */
  readonly interface?: string;
  readonly group?: string;
  readonly groupPort?: number;
  /** Multicast routers that datagrams may cross; 1 stays in this network. */
  readonly ttl?: number;
  /** Bytes per second, or adaptive. */
  readonly rate: 'auto' | number;
  readonly maxRounds?: number;
  readonly repair: RepairPolicy;
  onEvent(event: TeacherEvent): void;
}

/** What the teacher asked for cannot be done; the message says why. */
class RoomError extends Error {
  override readonly name = 'RoomError';
}

const DEFAULT_CONTROL_PORT = 47470;
/** Data of all rooms use one port and differ by group; discovery has the port below. */
const DEFAULT_GROUP_PORT = 47472;
/** Displays are told of progress, and the queue looks at the time, so often. */
const TICK_MS = 200;
const HISTORY_LOST = 'Sending works all the same, but the history is not complete.';
const AT_ONCE: Wish = { audience: 'everyone', start: { when: 'now' }, by: 'multicast' };

/** Where a teacher's journals of running transfers are. */
export function journalFolder(stateDir: string): string {
  return join(stateDir, 'transfers');
}

/** A teacher's room: who is enrolled, what is being sent, what is next (PROTOCOL.md section 4). */
export class TeacherRoom {
  private readonly door: Door;
  private readonly queue: TransferQueue;
  private readonly doctor: Doctor;
  private readonly past: History;
  /** Files are looked at in the order in which they were handed over. */
  private readonly preparing = new SerialQueue();
  private ticker: NodeJS.Timeout | undefined;
  private isHistoryLost = false;
  private waiters: (() => void)[] = [];

  private constructor(
    private readonly options: TeacherRoomOptions,
    identity: Identity,
    private readonly classList: ClassList,
    private readonly group: string,
  ) {
    this.past = new History(options.stateDir);
    this.door = new Door(this.doorOptions(identity));
    this.queue = new TransferQueue(this.queueOptions());
    this.doctor = this.makeDoctor();
  }

  /**
   * Opens the control port and announces the room.
   * @throws ListenError, InterfaceError, IdentityError, ClassListError: each with a sentence for people.
   */
  static async open(options: TeacherRoomOptions): Promise<TeacherRoom> {
    const identity = options.identity ?? (await loadIdentity(options.stateDir));
    const classList = options.classList ?? (await ClassList.load(options.stateDir));
    // A wrong interface should be known before the first student is.
    if (options.interface !== undefined) chooseInterface(options.interface);
    const room = new TeacherRoom(options, identity, classList, options.group ?? groupOf(identity.fingerprint));
    await room.door.open();
    room.ticker = setInterval(() => room.tick(), TICK_MS);
    return room;
  }

  // --- Transfers ---

  /** Finds the files, reads their tags and queues them. @throws LibraryError, RoomError */
  send({ paths, audience, start }: ParsedArgument<'send'>): Promise<{ transfer: string }> {
    this.requireAudience(audience);
    return this.prepare(paths, { audience, start, by: 'multicast' }, (id) => !this.queue.isInHand(id));
  }

  /** Starts a prepared transfer to everyone, or queues it behind the running one; with nobody in the room it waits. */
  enqueue(prepared: PreparedTransfer): string {
    return this.add(prepared, AT_ONCE);
  }

  /** Starts a queued transfer whatever its start rule says, before all others that wait. */
  startNow({ transfer }: ParsedArgument<'startNow'>): void {
    this.queue.startNow(transfer);
  }

  pause({ transfer }: ParsedArgument<'pause'>): void {
    this.queue.setPaused(transfer, true);
  }

  resume({ transfer }: ParsedArgument<'resume'>): void {
    this.queue.setPaused(transfer, false);
  }

  /** Stops a transfer, or takes it out of the queue. */
  cancel({ transfer }: ParsedArgument<'cancel'>): void {
    this.queue.cancel(transfer);
  }

  /**
   * Sends a transfer's files once more, under a key of their own, to these of its students or to all who failed.
   * @throws LibraryError, HistoryError, RoomError
   */
  async retry({ transfer, students, by }: ParsedArgument<'retry'>): Promise<{ transfer: string }> {
    const { members, paths } = await this.find(transfer);
    const wanted = students ?? members.filter(({ state }) => state === 'failed').map(({ id }) => id);
    const left = members.map(({ id }) => id).filter((id) => wanted.includes(id) && this.door.mayEnter(id));
    if (left.length === 0) throw new RoomError('There is nobody in the class any more who missed these files.');
    return this.prepare(paths, { audience: { students: left }, start: { when: 'now' }, by }, () => false);
  }

  /** Where the teacher's own files of a transfer are: the first that was chosen; undefined where that is not known any more. */
  async sourceOf(transfer: string): Promise<string | undefined> {
    const found = await this.find(transfer).catch(() => undefined);
    return found?.paths[0];
  }

  // --- The class ---

  /** Lets new students in with a code, or nobody new. */
  letIn({ open }: ParsedArgument<'letIn'>): void {
    this.door.letIn(open);
  }

  /** Replaces the code that new students type. */
  newCode(): void {
    this.door.newCode();
  }

  /** The teacher's name for a student wins over what the student calls itself. @throws ClassListError */
  async renameStudent({ student, name }: ParsedArgument<'renameStudent'>): Promise<void> {
    await this.classList.rename(student, name);
    this.door.renamed(student, name);
    this.queue.renamed(student, name);
  }

  /** Forgets a student: it is out of what runs and has to be paired anew. @throws ClassListError */
  async unpair({ student }: ParsedArgument<'unpair'>): Promise<void> {
    await this.classList.unpair(student);
    this.queue.unpaired(student);
    this.door.sendAway(student);
  }

  /** Makes a group, or says anew who is in it. @throws ClassListError */
  async setGroup({ name, students }: ParsedArgument<'setGroup'>): Promise<void> {
    await this.classList.setGroup(name, students);
    this.queue.groupChanged();
  }

  /** @throws ClassListError */
  async renameGroup({ name, to }: ParsedArgument<'renameGroup'>): Promise<void> {
    await this.classList.renameGroup(name, to);
    this.queue.groupRenamed(name, to);
  }

  /** What waits for the group goes to those who were in it. @throws ClassListError */
  async removeGroup({ name }: ParsedArgument<'removeGroup'>): Promise<void> {
    const students = this.classList.membersOf(name) ?? [];
    await this.classList.removeGroup(name);
    this.queue.groupRemoved({ name, students });
  }

  // --- The history ---

  /** Every transfer that is over, newest first. @throws HistoryError */
  async history(): Promise<readonly HistoryEntry[]> {
    const { records } = await this.past.read();
    return records.map(historyEntry);
  }

  /** Deletes the history from the disk. @throws HistoryError */
  clearHistory(): Promise<void> {
    return this.past.clear();
  }

  // --- The room ---

  /**
   * Examines how every student hears multicast; the result comes in the snapshot.
   * @throws DoctorError, InterfaceError, DataChannelError
   */
  examine(): Promise<void> {
    return this.doctor.examine();
  }

  /** Resolves when so many students are enrolled, or after the given time. */
  async waitFor(students: number, ms: number): Promise<void> {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.wake();
    }, ms);
    while (this.studentCount < students && !isOver) {
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
    clearTimeout(timer);
  }

  /** Students with a control connection. */
  get studentCount(): number {
    return this.door.here.length;
  }

  snapshot(): RoomSnapshot {
    return {
      room: this.door.view(),
      students: this.door.students(),
      strangers: this.door.strangerViews(),
      groups: this.classList.groups,
      doctor: this.doctor.view,
      transfers: this.queue.views(),
    };
  }

  /** Tells everybody and closes. A running transfer stays resumable unless it was cancelled before. */
  async close(): Promise<void> {
    clearInterval(this.ticker);
    this.doctor.close();
    await this.queue.close();
    await this.door.close();
    await Promise.all([this.past.whenSaved(), this.classList.whenSaved()]);
  }

  private doorOptions(identity: Identity): DoorOptions {
    const { listen, interface: address, groupPort = DEFAULT_GROUP_PORT, admit = 'paired', code } = this.options;
    return {
      ...{ identity, admit, code, groupPort },
      name: peerNameOf(this.options.name),
      classList: this.classList,
      listen: {
        host: listen?.host ?? address ?? restrictedAddress() ?? '0.0.0.0',
        port: listen?.port ?? DEFAULT_CONTROL_PORT,
      },
      interface: address,
      group: this.group,
      now: Date.now,
      onEvent: (event) => this.options.onEvent(event),
      onEntered: (student) => {
        this.queue.entered(student);
        this.wake();
      },
      onLeft: (student, final) => {
        this.queue.left(student, final);
        this.doctor.left(student);
        this.wake();
      },
      onMessage: (student, message, attachment) => {
        if (message.type === 'probeReport') this.doctor.receive(student, message);
        else this.queue.receive(student, message, attachment);
      },
      onProgress: (student, progress) => this.queue.progress(student, progress),
      onDrain: (student) => this.queue.drained(student),
    };
  }

  private queueOptions(): QueueOptions {
    const { groupPort = DEFAULT_GROUP_PORT, ttl = 1, rate, repair, maxRounds = DEFAULT_MAX_ROUNDS } = this.options;
    return {
      ...{ groupPort, ttl, rate, repair, maxRounds },
      group: this.group,
      journalDir: journalFolder(this.options.stateDir),
      interface: () => this.classInterface(),
      connectionOf: (student) => this.door.connectionOf(student),
      connected: () => this.door.here,
      mayEnter: (student) => this.door.mayEnter(student),
      groups: () => this.classList.groups,
      // An examination takes seconds, and would tell of the transfer's own losses.
      isHeld: () => this.doctor.isExamining,
      now: Date.now,
      onEvent: (event) => this.options.onEvent(event),
      onOver: (view, paths) => void this.keep(historyRecord(view, paths)),
    };
  }

  private makeDoctor(): Doctor {
    const { groupPort = DEFAULT_GROUP_PORT, ttl = 1 } = this.options;
    return new Doctor({
      ...{ group: this.group, port: groupPort, ttl },
      interface: () => this.classInterface(),
      students: () =>
        new Map(this.door.here.map(({ student, connection }) => [student.id, (probe) => connection.send(probe)])),
      isSending: () => this.queue.isRunning,
      now: Date.now,
    });
  }

  /** A teacher whose disk is full can still send; who looks for it in the history later has been told once. */
  private async keep(record: HistoryRecord): Promise<void> {
    try {
      await this.past.add(record);
      this.isHistoryLost = false;
    } catch (error) {
      if (this.isHistoryLost) return;
      this.isHistoryLost = true;
      this.options.onEvent({ event: 'problem', reason: `${reasonOf(error)} ${HISTORY_LOST}` });
    }
  }

  private requireAudience(audience: Audience): void {
    if (audience === 'everyone' || 'students' in audience) return;
    if (this.classList.membersOf(audience.group) !== undefined) return;
    throw new RoomError(`There is no group “${audience.group}” any more: choose whom to send to.`);
  }

  private prepare(paths: readonly string[], wish: Wish, mayResume: (id: string) => boolean) {
    return this.preparing.run(async () => {
      const prepared = await prepareTransfer(paths, journalFolder(this.options.stateDir), this.group, mayResume);
      return { transfer: this.add(prepared, wish) };
    });
  }

  private add(prepared: PreparedTransfer, wish: Wish): string {
    this.queue.add(orderOf(prepared, wish, Date.now()));
    return prepared.transfer;
  }

  /** A transfer of this room or of its history. @throws RoomError, HistoryError */
  private async find(transfer: string): Promise<Pick<HistoryRecord, 'members' | 'paths'>> {
    const found = this.queue.find(transfer);
    if (found !== undefined) return historyRecord(found.view, found.paths);
    const record = await this.past.find(transfer);
    if (record === undefined) throw new RoomError('This transfer is not known any more: choose its files again.');
    return record;
  }

  private tick(): void {
    const view = this.queue.runningView();
    const progress = view === undefined ? undefined : progressOf(view);
    if (progress !== undefined) this.options.onEvent(progress);
    this.queue.startNext();
  }

  private wake(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  /** The interface that most of the class is connected by: it needs no setting (PROTOCOL.md section 5.4). */
  private classInterface(): string {
    if (this.options.interface !== undefined) return interfaceOf(this.options.interface, this.group);
    const counts = new Map<string, number>();
    for (const { connection } of this.door.here) {
      counts.set(connection.localAddress, (counts.get(connection.localAddress) ?? 0) + 1);
    }
    const [most] = [...counts].sort((a, b) => b[1] - a[1]);
    return interfaceOf(most?.[0] ?? chooseInterface().address, this.group);
  }
}

/** A group of the administratively scoped range (RFC 2365 section 6.1) that is this teacher's own, most likely. */
function groupOf(fingerprint: string): string {
  const digest = createHash('sha256').update(fingerprint).digest();
  return `239.255.${digest.readUInt8(0)}.${1 + (digest.readUInt8(1) % 254)}`;
}

function restrictedAddress(): string | undefined {
  return process.env.TUTTI_INTERFACE === undefined ? undefined : chooseInterface().address;
}
