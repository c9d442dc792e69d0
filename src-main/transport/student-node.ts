import type { ConflictRule, ParsedArgument } from '../../src-shared/ipc/contract';
import type { StudentEvent } from '../../src-shared/ipc/events';
import type { FoundRoom, NodeSnapshot } from '../../src-shared/ipc/snapshots';
import { DEFAULT_FOLDER_TEMPLATE } from '../../src-shared/text/folder-template';
import { messageOf } from '../../src-shared/text/message-of';
import type { ChannelArrival } from '../library/channel-inbox';
import { freeSpaceOf } from '../library/free-space';
import { parseFingerprint } from '../security/fingerprint';
import { type Identity, loadIdentity } from '../security/identity';
import { TrustStore } from '../security/trust-store';
import { Alarm } from './alarm';
import { Approach, type Arrival, type Meeting } from './approach';
import { systemClock } from './clock';
import { ConnectError, UntrustedTeacherError } from './control-client';
import type { CloseReason } from './control-connection';
import { isFinal } from './final-failure';
import { impairmentFromEnvironment } from './impairment';
import { IncomingTransfer } from './incoming-transfer';
import { usableInterfaces } from './interfaces';
import { keepLastRoom, type LastRoom, loadLastRoom } from './last-room';
import { watchNetwork } from './network-watch';
import { ProbeListener } from './probe-listener';
import { type Place, placeKey, type Target } from './room-choice';
import { RoomsInReach } from './rooms-in-reach';
import { SpaceReports } from './space-reports';

export interface StudentNodeOptions {
  readonly name: string;
  /** Identity, pins, partial transfers and the list of what was received. */
  readonly stateDir: string;
  /** Default: `loadIdentity(stateDir)`. */
  readonly identity?: Identity;
  /** Default: those in `stateDir`. */
  readonly pins?: TrustStore;
  /** Where files go. */
  readonly directory: string;
  /** Folders below that: src-shared/text/folder-template; default "{room}/{date}". */
  readonly folderTemplate?: string;
  /** Where a file of that name with other content is there already; default keepBoth. */
  readonly conflict?: ConflictRule;
  /** The teacher's address; default: rooms found on the network. */
  readonly connect?: Place;
  /** Address of the one interface to use. */
  readonly interface?: string;
  /**
   * `pin`: only this teacher. `firstUse`: where none is trusted yet, the first teacher met is. `code`: where none of those
   * who are there is trusted, the one at `connect`, or the only one found, is paired with.
   */
  readonly trust: { readonly pin?: string; readonly firstUse: boolean; readonly code?: string };
  onEvent(event: StudentEvent): void;
}

/** Between two tries: from the first to the last of them, doubling. A teacher who restarts is found within a second. */
const RETRY_MS = { first: 250, last: 4000, replaced: 30_000 };
const RETRY_GROWTH = 2;
/** Replaced once more within this: by another machine. */
const REPLACED_AGAIN_MS = 60_000;
/** After a sleep: an answer within this, or the connection is dead. */
const PROBE_MS = 1_500;

/** A student: finds its teacher, stays connected for ever, takes what comes (PROTOCOL.md sections 4.1, 6.5 and 9). */
export class StudentNode {
  private arrival: Arrival | undefined;
  /** Paired by hand a moment ago; the loop goes there next. */
  private next: Arrival | undefined;
  /** How many people's wishes to pair are on their way: until they end the loop tries nothing, for it would be its own rival. */
  private pairings = 0;
  private replacedAt = Number.NEGATIVE_INFINITY;
  private room: FoundRoom | undefined;
  /** Where it has been tried last, which is not shown again as “connecting” each time. */
  private trying: Target | undefined;
  private tried = new Set<string>();
  /** The room that was met last and does not know this student, or is not known. */
  private unpaired: FoundRoom | undefined;
  private isOff = false;
  private readonly alarm = new Alarm(systemClock);
  private readonly stopped = new AbortController();
  private code: string | undefined;
  private lastFailure = '';
  private keeping: Promise<void> = Promise.resolve();
  private readonly rooms: RoomsInReach;
  private readonly approach: Approach;
  private readonly endWatch: () => void;
  private readonly space: SpaceReports;
  private readonly probes = new ProbeListener({ clock: systemClock, addresses: () => this.rooms.addresses() });
  private readonly running: Promise<void>;

  private constructor(
    private readonly options: StudentNodeOptions,
    identity: Identity,
    private readonly pins: TrustStore,
    private readonly incoming: IncomingTransfer,
    latest: LastRoom | undefined,
  ) {
    this.code = options.trust.code;
    this.rooms = new RoomsInReach({ ...options, pins, clock: systemClock, onChange: () => this.roomsChanged() });
    this.rooms.latest = latest;
    this.approach = new Approach({
      ...{ name: options.name, identity, interface: options.interface, rooms: this.rooms, pins },
      held: () => incoming.held(),
      onPaired: (teacher) => this.paired(teacher),
    });
    this.endWatch = watchNetwork({
      addresses: () => usableInterfaces().map(({ name, address }) => `${name} ${address}`),
      wallTime: Date.now,
      clock: systemClock,
      onChange: () => this.wake(),
    });
    this.space = new SpaceReports({
      clock: systemClock,
      measure: () => freeSpaceOf(options.directory),
      send: (freeBytes) => this.arrival?.connection.send({ type: 'space', freeBytes }),
    });
    this.running = this.run();
  }

  /** @throws IdentityError, TrustStoreError, FingerprintError, ImpairmentError: each with a sentence for people. */
  static async open(options: StudentNodeOptions): Promise<StudentNode> {
    const { stateDir, directory, trust, folderTemplate = DEFAULT_FOLDER_TEMPLATE, conflict = 'keepBoth' } = options;
    const pins = options.pins ?? (await TrustStore.load(stateDir));
    if (trust.pin !== undefined && !pins.isTrusted(parseFingerprint(trust.pin))) await pins.pin(trust.pin, '');
    const identity = options.identity ?? (await loadIdentity(stateDir));
    let node: StudentNode | undefined;
    const incoming = await IncomingTransfer.open({
      ...{ directory, folderTemplate, conflict, stateDir },
      impairment: impairmentFromEnvironment(process.env),
      ...(options.interface === undefined ? {} : { interface: options.interface }),
      now: () => new Date(),
      onEvent: (event) => node?.tell(event),
    });
    node = new StudentNode(options, identity, pins, incoming, await loadLastRoom(stateDir));
    return node;
  }

  // --- What a person asks for ---

  /**
   * Pairs with a room, found or at an address, and joins it: whatever room this student is in, it leaves for that one.
   * @throws ConnectError, UnprovedTeacherError or PairingError: each with a sentence that says what to do.
   */
  async pair({ code, room }: ParsedArgument<'pair'>): Promise<void> {
    const places: readonly Target[] =
      'address' in room ? [room.address] : this.rooms.placesOf(room.fingerprint, this.unpaired);
    this.pairings++;
    this.alarm.ring();
    try {
      this.goTo(await this.approach.pairWithAny(places, code));
    } finally {
      this.pairings--;
      this.alarm.ring();
    }
  }

  /** Forgets a room, and leaves it. @throws TrustStoreError */
  async forget({ fingerprint }: { readonly fingerprint: string }): Promise<void> {
    await this.pins.remove(fingerprint);
    this.startAfresh();
    if (this.arrival?.connection.peerFingerprint === fingerprint)
      await this.leave('it does not want this room any more');
  }

  /** Switches receiving off, which the teacher is told, or on again, which goes on with what was interrupted. */
  async receive({ on }: { readonly on: boolean }): Promise<void> {
    this.isOff = !on;
    this.startAfresh();
    if (!on) await this.leave('receiving is switched off there');
  }

  /** The computer slept, or is in another network: lets go of a dead connection at once, and tries again now. */
  wake(): void {
    void this.rooms.rejoin();
    this.startAfresh();
    const connection = this.arrival?.connection;
    if (connection === undefined) return;
    if (hasAddress(connection.localAddress)) connection.probe(PROBE_MS);
    else connection.close('This computer is in another network now.');
  }

  /** Absolute path of a received file that is still there; undefined for anything else. */
  fileOf(transfer: string, index: number): Promise<string | undefined> {
    return this.incoming.fileOf(transfer, index);
  }

  /** A channel has brought a file: it is shown and kept among what was received. */
  arrived(arrival: ChannelArrival): void {
    this.incoming.arrived(arrival);
  }

  snapshot(): NodeSnapshot {
    const found = this.rooms.found();
    return {
      ...this.standing(found),
      found,
      known: this.rooms.known(),
      folder: this.options.directory,
      transfers: this.incoming.views(),
    };
  }

  /** Tells the teacher and stops; what is not complete stays resumable. */
  async close(): Promise<void> {
    this.stopped.abort();
    this.endWatch();
    this.next?.connection.close();
    this.startAfresh();
    await this.leave('it was closed there');
    await this.rooms.close();
    await this.running;
    await this.keeping;
    await this.incoming.close();
  }

  // --- The loop ---

  private async run(): Promise<void> {
    let wait = RETRY_MS.first;
    while (!this.stopped.signal.aborted) {
      // Everything is looked at afresh: what rang before this is seen.
      this.alarm.clear();
      const wasWelcome = await this.round();
      if (this.stopped.signal.aborted) return;
      if (wasWelcome) wait = RETRY_MS.first;
      const wasRung = await this.alarm.wait(wait);
      wait = wasRung ? RETRY_MS.first : Math.min(RETRY_MS.last, wait * RETRY_GROWTH);
    }
  }

  /** Tries one place after the other. @returns whether a teacher has welcomed this student. */
  private async round(): Promise<boolean> {
    const { next } = this;
    this.next = undefined;
    if (next !== undefined) return (await this.visit(next.place, () => Promise.resolve(next))) === 'welcome';
    const targets = this.targets();
    const before = this.tried;
    this.tried = new Set(targets.map(placeKey));
    for (const target of targets) {
      this.trying = before.has(placeKey(target)) ? undefined : target;
      const outcome = await this.visit(target, (meeting) => this.joinUnlessRung(target, meeting));
      this.trying = undefined;
      if (outcome !== 'elsewhere') return outcome === 'welcome';
    }
    return false;
  }

  private targets(): Target[] {
    if (this.isOff || this.pairings > 0) return [];
    try {
      return this.rooms.targets(this.code);
    } catch (error) {
      this.fail(error);
      return [];
    }
  }

  /** One connection, from hello to its end. `ring`: something has changed that is more urgent. */
  private async visit(
    target: Target,
    join: (meeting: Meeting) => Promise<Arrival | undefined>,
  ): Promise<'welcome' | 'ring' | 'elsewhere'> {
    const meeting: Meeting = {};
    try {
      const arrival = await join(meeting);
      if (arrival === undefined) return 'ring';
      await this.stay(arrival);
      return 'welcome';
    } catch (error) {
      this.notWelcome(target, meeting, error);
      return 'elsewhere';
    }
  }

  private async joinUnlessRung(target: Target, meeting: Meeting): Promise<Arrival | undefined> {
    const joining = this.approach.join(target, this.code, meeting);
    const arrival = await Promise.race([joining, this.alarm.ringing()]);
    if (arrival !== undefined) return arrival;
    meeting.isOver = true;
    joining.then(({ connection }) => connection.close()).catch(() => undefined);
    return undefined;
  }

  private paired({ fingerprint, room }: { readonly fingerprint: string; readonly room: string }): void {
    this.code = undefined;
    this.rooms.forgetRefusals();
    this.options.onEvent({ event: 'paired', room, fingerprint });
  }

  private async stay(arrival: Arrival): Promise<void> {
    const { connection, welcome, place } = arrival;
    const fingerprint = connection.peerFingerprint;
    await this.remember(arrival);
    const { host: address, port } = place;
    this.arrival = arrival;
    this.rooms.latest = { fingerprint, place };
    this.keeping = keepLastRoom(this.options.stateDir, this.rooms.latest);
    this.unpaired = undefined;
    this.lastFailure = '';
    this.room = { name: welcome.room, address, port, fingerprint, paired: true, stranger: false };
    this.incoming.connected(connection, welcome.room);
    this.options.onEvent({ event: 'enrolled', room: welcome.room, fingerprint, address, port });
    void this.space.start();
    const closed = await new Promise<CloseReason>((resolve) => {
      connection.attach({
        onMessage: (message, attachment) => {
          if (message.type === 'probe') this.probes.start(message, connection);
          else this.incoming.receive(message, attachment);
        },
        onClose: resolve,
      });
      if (this.stopped.signal.aborted || this.isOff) connection.close();
    });
    this.space.stop();
    void this.probes.close();
    this.arrival = undefined;
    this.incoming.disconnected();
    this.options.onEvent({ event: 'left', reason: closed.reason });
    if (closed.code === 'unpaired') this.sentAway(place, fingerprint);
    if (closed.code === 'replaced' && this.next === undefined) await this.giveWay();
  }

  /**
   * Once, it was a connection of its own that it had given up, and that came late. Two machines with one identity would push each
   * other out for ever.
   */
  private async giveWay(): Promise<void> {
    const before = this.replacedAt;
    this.replacedAt = systemClock.now();
    if (this.replacedAt - before < REPLACED_AGAIN_MS) await this.alarm.wait(RETRY_MS.replaced);
  }

  private async remember({ connection, welcome }: Arrival): Promise<void> {
    const { peerFingerprint: fingerprint } = connection;
    try {
      if (this.pins.isTrusted(fingerprint)) await this.pins.rename(fingerprint, welcome.room);
      else await this.pins.pin(fingerprint, welcome.room);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  // --- What goes wrong ---

  private notWelcome(target: Target, { fingerprint }: Meeting, error: unknown): void {
    const isTyped = target.announced === undefined;
    if (error instanceof ConnectError && error.code === 'unpaired') this.sentAway(target, fingerprint ?? '');
    // What an announcement claims about an address is nobody's word.
    else if (error instanceof UntrustedTeacherError && isTyped)
      this.unpaired = this.rooms.met(target, error.fingerprint);
    else if (this.unpaired !== undefined && isAt(this.unpaired, target)) this.unpaired = undefined;
    // A code that was wrong is wrong the next time, too, and the teacher's is void after a few tries.
    if (error instanceof ConnectError && error.code === 'code') this.code = undefined;
    this.fail(error, isTyped || !(error instanceof UntrustedTeacherError));
  }

  private sentAway(target: Place, fingerprint: string): void {
    this.rooms.sentAway(target, fingerprint);
    this.unpaired = this.rooms.met(target, fingerprint);
  }

  /** The same failure again and again is one failure. */
  private fail(error: unknown, mayBeFinal = true): void {
    const reason = messageOf(error);
    if (reason === this.lastFailure || this.stopped.signal.aborted) return;
    this.lastFailure = reason;
    this.options.onEvent({ event: 'failed', reason, ...(mayBeFinal && isFinal(error) ? { final: true } : {}) });
  }

  private tell(event: StudentEvent): void {
    this.options.onEvent(event);
    const isOver = event.event === 'complete' || (event.event === 'failed' && event.transfer !== undefined);
    if (isOver) void this.space.transferEnded();
  }

  // --- Where to go ---

  private goTo(arrival: Arrival): void {
    this.next?.connection.close();
    if (this.stopped.signal.aborted) return arrival.connection.close();
    this.isOff = false;
    this.next = arrival;
    this.startAfresh();
    void this.leave('it has joined another room');
  }

  /** A person, the system or the network has changed something: nothing of before holds it up. */
  private startAfresh(): void {
    this.rooms.forgetRefusals();
    this.unpaired = undefined;
    this.tried.clear();
    this.alarm.ring();
  }

  private async leave(reason: string): Promise<void> {
    const connection = this.arrival?.connection;
    connection?.send({ type: 'leave', reason });
    connection?.close();
    await connection?.whenGone();
  }

  private roomsChanged(): void {
    if (this.unpaired !== undefined && !this.rooms.isThere(this.unpaired)) this.unpaired = undefined;
    if (this.arrival === undefined && this.targets().some((target) => !this.tried.has(placeKey(target)))) {
      this.alarm.ring();
    }
  }

  // --- What is shown ---

  private standing(found: readonly FoundRoom[]): Pick<NodeSnapshot, 'connection' | 'room'> {
    if (this.isOff) return { connection: 'paused', room: null };
    if (this.arrival !== undefined) return { connection: 'connected', room: this.room ?? null };
    if (this.unpaired !== undefined) return { connection: 'unpaired', room: this.unpaired };
    if (this.trying?.announced !== undefined)
      return { connection: 'connecting', room: this.rooms.shown(this.trying.announced) };
    if (found.some(({ paired }) => paired)) return { connection: 'searching', room: null };
    const [only, ...others] = found;
    if (only !== undefined) return { connection: 'unpaired', room: others.length === 0 ? only : null };
    return { connection: this.trying === undefined ? 'searching' : 'connecting', room: null };
  }
}

function isAt({ address, port }: FoundRoom, place: Place): boolean {
  return address === place.host && port === place.port;
}

function hasAddress(address: string): boolean {
  return usableInterfaces().some((own) => own.address === address);
}
