import type { StudentIdentity, TeacherEvent } from '../../src-shared/ipc/events';
import type { RoomView, StrangerView, StudentView } from '../../src-shared/ipc/snapshots';
import type { Hello, StudentMessage } from '../../src-shared/wire/messages';
import type { Progress } from '../../src-shared/wire/progress';
import type { ClassList } from '../classroom/class-list';
import { Strangers } from '../classroom/strangers';
import type { Identity } from '../security/identity';
import { PairingDesk } from '../security/pairing-desk';
import { systemClock } from './clock';
import type { CloseReason, ControlHandlers, StudentConnection } from './control-connection';
import { type ControlServer, listenControl, type PairedOnly } from './control-server';
import { dataPath } from './data-path';
import { type Announcer, announceRoom } from './discovery';
import { usableInterfaces } from './interfaces';

export interface DoorOptions {
  /** The room's name, fit to be sent. */
  readonly name: string;
  readonly identity: Identity;
  readonly classList: ClassList;
  readonly listen: { readonly host: string; readonly port: number };
  /** Address of the one interface to announce the room on. */
  readonly interface: string | undefined;
  readonly group: string;
  readonly groupPort: number;
  /** Who is let in (PROTOCOL.md section 6.5). */
  readonly admit: 'paired' | 'anyone';
  /** The first code; a random one where none is given. */
  readonly code: string | undefined;
  /** ms since 1970. */
  now(): number;
  onEvent(event: TeacherEvent): void;
  onEntered(student: Enrolled): void;
  /** @param final why the student will not be waited for; undefined for one that may come back */
  onLeft(student: string, final: string | undefined): void;
  /** @throws WireError where the message names what cannot be. */
  onMessage(student: string, message: StudentMessage, attachment: Uint8Array): void;
  onProgress(student: string, progress: Progress): void;
  onDrain(student: string): void;
}

/** A student with a control connection. */
export interface Enrolled {
  student: StudentIdentity;
  readonly hello: Hello;
  readonly connection: StudentConnection;
  /** Free space where it stores music, as it said last. */
  freeBytes?: number;
}

const UNPAIRED = 'The teacher has un-paired this computer. To come back, type the room’s code again.';

/** The way into a room: its control port and code, who is here, who wants in (PROTOCOL.md sections 4.1, 6.5 and 9). */
export class Door {
  private readonly enrolled = new Map<string, Enrolled>();
  private readonly strangers = new Strangers();
  private readonly desk: PairingDesk | undefined;
  private server: ControlServer | undefined;
  private announcer: Announcer | undefined;
  private place: { readonly host: string; readonly port: number };

  constructor(private readonly options: DoorOptions) {
    this.place = options.listen;
    if (options.admit === 'anyone') return;
    this.desk = new PairingDesk({
      time: systemClock,
      ...(options.code === undefined ? {} : { code: options.code }),
      onCode: (code) => options.onEvent({ event: 'code', code }),
    });
  }

  /** Opens the control port and announces the room. @throws ListenError */
  async open(): Promise<void> {
    const { listen, identity, name, group, groupPort, onEvent } = this.options;
    this.server = await listenControl({
      ...listen,
      identity,
      room: name,
      admit: this.admission(),
      onStudent: (connection, hello) => this.welcome(connection, hello),
    });
    this.place = this.server.address;
    const { host: address, port } = this.place;
    const { fingerprint } = identity;
    const code = this.desk?.code ?? null;
    onEvent({ event: 'room', address, port, fingerprint, group, groupPort, dataPath: dataPath(), code });
    this.announcer = announceRoom({
      room: { name, port, fingerprint },
      interfaces: () => this.announcedOn(address),
    });
  }

  /** Those who are connected, in order of arrival. */
  get here(): readonly Enrolled[] {
    return [...this.enrolled.values()];
  }

  connectionOf(student: string): StudentConnection | undefined {
    return this.enrolled.get(student)?.connection;
  }

  /** Whether a student may be in the room, connected or not. */
  mayEnter(student: string): boolean {
    return this.options.admit === 'anyone' || this.options.classList.has(student);
  }

  /** Those who are connected in order of arrival, then those of the class who are not, by name. */
  students(): StudentView[] {
    const here = this.here.map(({ student, freeBytes }) => {
      return { ...student, connected: true, ...(freeBytes === undefined ? {} : { freeBytes }) };
    });
    if (this.options.admit === 'anyone') return here;
    const { classList } = this.options;
    const absent = classList.students.filter(({ id }) => !this.enrolled.has(id));
    return [...here, ...absent.map(({ id }) => ({ id, name: classList.nameOf(id) ?? '', ip: null, connected: false }))];
  }

  /** Devices that want in without being paired, newest first. */
  strangerViews(): StrangerView[] {
    const { classList, now } = this.options;
    const strangers = this.strangers.list(now()).filter(({ id }) => !classList.has(id));
    return strangers.map((stranger) => ({ ...stranger, sameName: classList.hasName(stranger.name) }));
  }

  view(): RoomView {
    const { name, group, groupPort, identity } = this.options;
    const { host: address, port } = this.place;
    const { fingerprint } = identity;
    const code = this.desk?.code ?? null;
    return { name, address, port, fingerprint, group, groupPort, dataPath: dataPath(), code };
  }

  /** Lets new students in with a code, or nobody new. In a room for anyone there is nothing to decide. */
  letIn(open: boolean): void {
    if (open) this.desk?.open();
    else this.desk?.close();
  }

  /** Replaces the code that new students type. */
  newCode(): void {
    this.desk?.renew();
  }

  /** The teacher calls a student something else now. */
  renamed(id: string, name: string): void {
    const entry = this.enrolled.get(id);
    if (entry !== undefined) entry.student = { ...entry.student, name };
  }

  /** Ends the connection of a student that is not paired any more. */
  sendAway(student: string): void {
    this.enrolled.get(student)?.connection.fault('unpaired', UNPAIRED);
  }

  /** Says goodbye to everybody and closes. */
  async close(): Promise<void> {
    await this.announcer?.close();
    await this.server?.close();
  }

  private admission(): 'anyone' | PairedOnly {
    const { desk } = this;
    if (desk === undefined) return 'anyone';
    return {
      desk,
      isPaired: (id) => this.options.classList.has(id),
      onPaired: (student) => this.paired(student),
      onStranger: (stranger) => this.sawStranger(stranger),
    };
  }

  private async paired(student: StudentIdentity): Promise<void> {
    await this.options.classList.pair(student, this.options.now());
    this.strangers.forget(student.id);
    this.options.onEvent({ event: 'paired', student });
  }

  private sawStranger(stranger: StudentIdentity): void {
    this.strangers.saw(stranger, this.options.now());
    this.options.onEvent({ event: 'stranger', stranger });
  }

  /** A room that listens on one address is announced on that one's network only. */
  private announcedOn(host: string): string[] {
    const usable = usableInterfaces().filter(({ family }) => family === 'IPv4');
    const wanted = this.options.interface ?? (host === '0.0.0.0' || host === '::' ? undefined : host);
    if (wanted !== undefined) return usable.filter(({ address }) => address === wanted).map(({ address }) => address);
    return usable.filter(({ loopback }) => !loopback).map(({ address }) => address);
  }

  private welcome(connection: StudentConnection, hello: Hello): ControlHandlers<StudentMessage> {
    const { classList, onEvent, onEntered, onMessage, onProgress, onDrain } = this.options;
    const id = connection.peerFingerprint;
    // A name is for people; where the disk refuses it the student says it again next time.
    classList.heardName(id, hello.name).catch(() => {});
    const student = { id, name: classList.nameFor(id, hello.name), ip: connection.remoteAddress };
    const entry: Enrolled = { student, hello, connection };
    this.enrolled.set(id, entry);
    onEvent({ event: 'enrolled', student });
    onEntered(entry);
    let leaving: string | undefined;
    return {
      onMessage: (message, attachment) => {
        if (message.type === 'leave') leaving = message.reason;
        else if (message.type === 'space') entry.freeBytes = message.freeBytes;
        else onMessage(id, message, attachment);
      },
      onProgress: (progress) => onProgress(id, progress),
      onDrain: () => onDrain(id),
      onClose: (reason) => this.closed(entry, leaving, reason),
    };
  }

  private closed({ student: { id }, connection }: Enrolled, leaving: string | undefined, reason: CloseReason): void {
    // An older connection that a new one has replaced says nothing about the student.
    if (this.enrolled.get(id)?.connection !== connection) return;
    this.enrolled.delete(id);
    const words = leaving === undefined ? reason.reason : `It left: ${leaving}`;
    this.options.onEvent({ event: 'left', student: id, reason: words });
    const isSentAway = reason.cause === 'refused' && (reason.code === 'protocol' || reason.code === 'unpaired');
    this.options.onLeft(id, leaving !== undefined || isSentAway ? words : undefined);
  }
}
