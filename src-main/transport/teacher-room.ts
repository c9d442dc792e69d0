import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { StudentIdentity, TeacherEvent } from '../../src-shared/ipc/events';
import type { RoomView, TeacherSnapshot, TransferView } from '../../src-shared/ipc/snapshots';
import type { Hello, StudentMessage } from '../../src-shared/wire/messages';
import { DEFAULT_MAX_ROUNDS } from '../multicast/params';
import type { RepairPolicy } from '../multicast/retransmission-planner';
import { type Identity, loadIdentity } from '../security/identity';
import type { CloseReason, ControlHandlers, StudentConnection } from './control-connection';
import { type ControlServer, listenControl } from './control-server';
import { announceRoom, type RoomAnnouncer } from './discovery';
import { chooseInterface, interfaceOf, usableInterfaces } from './interfaces';
import { OutgoingTransfer } from './outgoing-transfer';
import { queuedView } from './outgoing-view';
import { type PreparedTransfer, prepareTransfer } from './prepared-transfer';
import { peerNameOf } from './words';

export interface TeacherRoomOptions {
  /** The room's name, as students see it. */
  readonly name: string;
  readonly stateDir: string;
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

interface Enrolled {
  readonly student: StudentIdentity;
  readonly hello: Hello;
  readonly connection: StudentConnection;
}

const DEFAULT_CONTROL_PORT = 47470;
/** Data of all rooms use one port and differ by group; discovery has the port below. */
const DEFAULT_GROUP_PORT = 47472;
/** Finished transfers that the window keeps. */
const MAX_HISTORY = 20;
const PROGRESS_EVERY_MS = 200;

/** Where a teacher's journals of running transfers are. */
export function journalFolder(stateDir: string): string {
  return join(stateDir, 'transfers');
}

/** A teacher's room: who is enrolled, what is being sent, what is next (PROTOCOL.md section 4). */
export class TeacherRoom {
  private readonly enrolled = new Map<string, Enrolled>();
  private readonly queue: PreparedTransfer[] = [];
  private readonly history: TransferView[] = [];
  private server: ControlServer | undefined;
  private view: RoomView | undefined;
  private running: OutgoingTransfer | undefined;
  private announcer: RoomAnnouncer | undefined;
  private progressTimer: NodeJS.Timeout | undefined;
  private waiters: (() => void)[] = [];
  /** When the journal of the transfer that finished last is gone. */
  private forgotten: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: TeacherRoomOptions,
    private readonly identity: Identity,
    private readonly group: string,
  ) {}

  /**
   * Opens the control port and announces the room.
   * @throws ListenError, InterfaceError, IdentityError: each with a sentence for people.
   */
  static async open(options: TeacherRoomOptions): Promise<TeacherRoom> {
    const identity = await loadIdentity(options.stateDir);
    const room = new TeacherRoom(options, identity, options.group ?? groupOf(identity.fingerprint));
    await room.listen();
    return room;
  }

  /** Finds the files, reads their tags and queues them. @returns the transfer's id. @throws LibraryError */
  async send(paths: readonly string[]): Promise<string> {
    return this.enqueue(await prepareTransfer(paths, journalFolder(this.options.stateDir), this.group));
  }

  /** Starts a prepared transfer, or queues it behind the running one; with nobody in the room it waits for the first student. */
  enqueue(prepared: PreparedTransfer): string {
    this.queue.push(prepared);
    this.startNext();
    return prepared.transfer;
  }

  /** Resolves when so many students are enrolled, or after the given time. */
  async waitFor(students: number, ms: number): Promise<void> {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.wake();
    }, ms);
    while (this.enrolled.size < students && !isOver) {
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
    clearTimeout(timer);
  }

  get studentCount(): number {
    return this.enrolled.size;
  }

  pause(transfer: string): void {
    if (this.running?.id === transfer) this.running.setPaused(true);
  }

  resume(transfer: string): void {
    if (this.running?.id === transfer) this.running.setPaused(false);
  }

  /** Stops a transfer, or takes it out of the queue. */
  cancel(transfer: string): void {
    if (this.running?.id === transfer) return this.running.abort('The teacher cancelled the transfer.');
    const index = this.queue.findIndex((prepared) => prepared.transfer === transfer);
    if (index >= 0) this.queue.splice(index, 1);
  }

  snapshot(): TeacherSnapshot {
    return {
      room: this.view ?? null,
      students: [...this.enrolled.values()].map(({ student }) => student),
      transfers: [
        ...(this.running === undefined ? [] : [this.running.view()]),
        ...this.queue.map(queuedView),
        ...this.history,
      ],
    };
  }

  /** Tells everybody and closes. A running transfer stays resumable unless it was cancelled before. */
  async close(): Promise<void> {
    clearInterval(this.progressTimer);
    await this.announcer?.close();
    await this.running?.close();
    await this.forgotten;
    await this.server?.close();
  }

  // --- The door ---

  private async listen(): Promise<void> {
    const name = peerNameOf(this.options.name);
    const { listen, groupPort = DEFAULT_GROUP_PORT, interface: address } = this.options;
    // A wrong interface should be known before the first student is.
    if (address !== undefined) chooseInterface(address);
    const host = listen?.host ?? address ?? restrictedAddress() ?? '0.0.0.0';
    this.server = await listenControl({
      host,
      port: listen?.port ?? DEFAULT_CONTROL_PORT,
      identity: this.identity,
      room: name,
      onStudent: (connection, hello) => this.welcome(connection, hello),
    });
    const bound = this.server.address;
    const { fingerprint } = this.identity;
    this.view = { name, address: bound.host, port: bound.port, fingerprint, group: this.group, groupPort };
    this.options.onEvent({
      event: 'room',
      address: bound.host,
      port: bound.port,
      fingerprint,
      group: this.group,
      groupPort,
    });
    this.announcer = announceRoom({
      room: { name, port: bound.port, fingerprint },
      interfaces: () => this.announcedOn(bound.host),
    });
    this.progressTimer = setInterval(() => this.reportProgress(), PROGRESS_EVERY_MS);
  }

  /** A room that listens on one address is announced on that one's network only. */
  private announcedOn(host: string): string[] {
    const usable = usableInterfaces().filter(({ family }) => family === 'IPv4');
    const wanted = this.options.interface ?? (host === '0.0.0.0' || host === '::' ? undefined : host);
    if (wanted !== undefined) return usable.filter(({ address }) => address === wanted).map(({ address }) => address);
    return usable.filter(({ loopback }) => !loopback).map(({ address }) => address);
  }

  private welcome(connection: StudentConnection, hello: Hello): ControlHandlers<StudentMessage> {
    const id = connection.peerFingerprint;
    const student = { id, name: hello.name, ip: connection.remoteAddress };
    this.enrolled.set(id, { student, hello, connection });
    this.options.onEvent({ event: 'enrolled', student });
    if (this.running === undefined) this.startNext();
    else this.running.enroll({ student, hello });
    this.wake();
    let leaving: string | undefined;
    return {
      onMessage: (message, attachment) => {
        if (message.type === 'leave') leaving = message.reason;
        else this.running?.receive(id, message, attachment);
      },
      onProgress: (progress) => this.running?.progress(id, progress),
      onDrain: () => this.running?.drained(id),
      onClose: (reason) => this.closed(id, connection, leaving, reason),
    };
  }

  private closed(id: string, connection: StudentConnection, leaving: string | undefined, reason: CloseReason): void {
    // An older connection that a new one has replaced says nothing about the student.
    if (this.enrolled.get(id)?.connection !== connection) return;
    this.enrolled.delete(id);
    const words = leaving === undefined ? reason.reason : `It left: ${leaving}`;
    this.options.onEvent({ event: 'left', student: id, reason: words });
    const final = leaving !== undefined || (reason.cause === 'refused' && reason.code === 'protocol');
    this.running?.disconnected(id, final ? words : undefined);
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  // --- The queue ---

  private startNext(): void {
    if (this.running !== undefined || this.enrolled.size === 0) return;
    const prepared = this.queue.shift();
    if (prepared === undefined) return;
    const {
      groupPort = DEFAULT_GROUP_PORT,
      ttl = 1,
      rate,
      repair,
      maxRounds = DEFAULT_MAX_ROUNDS,
      stateDir,
      onEvent,
    } = this.options;
    this.running = new OutgoingTransfer({
      prepared,
      group: this.group,
      groupPort,
      ttl,
      rate,
      repair,
      maxRounds,
      journalDir: journalFolder(stateDir),
      interface: () => this.classInterface(),
      connectionOf: (student) => this.enrolled.get(student)?.connection,
      onEvent,
      onFinished: () => this.finished(),
    });
    this.running.start([...this.enrolled.values()]);
  }

  private finished(): void {
    const { running } = this;
    this.running = undefined;
    if (running === undefined) return;
    this.history.unshift(running.view());
    this.history.splice(MAX_HISTORY);
    this.forgotten = running.whenSaved();
    // The finished transfer's own turn of the loop ends first.
    setImmediate(() => this.startNext());
  }

  /** The interface that most of the class is connected by: it needs no setting (PROTOCOL.md section 5.4). */
  private classInterface(): string {
    if (this.options.interface !== undefined) return interfaceOf(this.options.interface, this.group);
    const counts = new Map<string, number>();
    for (const { connection } of this.enrolled.values()) {
      counts.set(connection.localAddress, (counts.get(connection.localAddress) ?? 0) + 1);
    }
    const [most] = [...counts].sort((a, b) => b[1] - a[1]);
    return interfaceOf(most?.[0] ?? chooseInterface().address, this.group);
  }

  private reportProgress(): void {
    if (this.running === undefined) return;
    const view = this.running.view();
    if (view.phase !== 'transmitting') return;
    const round = view.rounds.at(-1);
    this.options.onEvent({
      event: 'progress',
      transfer: view.id,
      transmission: round?.transmission ?? 0,
      sentBytes: Math.round((round?.bytes ?? 0) * (round?.progress ?? 0)),
      rate: Math.round(view.rate),
      students: view.permanent.map(({ id, progress, rate, loss }) => ({ id, progress, rate: Math.round(rate), loss })),
    });
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
