import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StudentEvent } from '../../src-shared/ipc/events';
import type { FoundRoom, StudentSnapshot } from '../../src-shared/ipc/snapshots';
import { type Hello, PROTOCOL_VERSION } from '../../src-shared/wire/messages';
import { parseFingerprint } from '../security/fingerprint';
import { type Identity, loadIdentity } from '../security/identity';
import { TrustStore } from '../security/trust-store';
import { ConnectError, connectControl, UntrustedTeacherError, type Welcome } from './control-client';
import type { CloseReason, TeacherConnection } from './control-connection';
import { findRooms, type RoomFinder } from './discovery';
import { impairmentFromEnvironment } from './impairment';
import { IncomingTransfer } from './incoming-transfer';
import { usableInterfaces } from './interfaces';
import { peerNameOf } from './words';

export interface StudentNodeOptions {
  readonly name: string;
  /** Identity and pins. */
  readonly stateDir: string;
  /** Where files go. */
  readonly directory: string;
  /** The teacher's address; default: rooms found on the network. */
  readonly connect?: { readonly host: string; readonly port: number };
  /** Address of the one interface to use. */
  readonly interface?: string;
  /** `pin`: only this teacher. `firstUse`: where none is trusted yet, the first teacher met is. */
  readonly trust: { readonly pin?: string; readonly firstUse: boolean };
  onEvent(event: StudentEvent): void;
}

type Place = { readonly host: string; readonly port: number };

/** Between two tries: from the first to the last of them, doubling. A teacher who restarts is found within a second. */
const RETRY_MS = { first: 250, last: 4000, replaced: 30_000 };
const RETRY_GROWTH = 2;

/** A student: finds its teacher, stays connected for ever, takes what comes (PROTOCOL.md sections 4.1 and 9). */
export class StudentNode {
  private connection: TeacherConnection | undefined;
  private state: StudentSnapshot['connection'] = 'searching';
  private room: FoundRoom | null = null;
  private finder: RoomFinder | undefined;
  private readonly stopped = new AbortController();
  private wake = () => {};
  private lastFailure = '';
  private running: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: StudentNodeOptions,
    private readonly identity: Identity,
    private readonly pins: TrustStore,
    private readonly incoming: IncomingTransfer,
  ) {}

  /** @throws IdentityError, TrustStoreError, FingerprintError, ImpairmentError: each with a sentence for people. */
  static async open(options: StudentNodeOptions): Promise<StudentNode> {
    const { stateDir, directory, trust } = options;
    const pins = await TrustStore.load(stateDir);
    if (trust.pin !== undefined) await pins.pin(parseFingerprint(trust.pin), '');
    const incoming = await IncomingTransfer.open({
      directory,
      partialDir: join(stateDir, 'partial'),
      impairment: impairmentFromEnvironment(process.env),
      ...(options.interface === undefined ? {} : { interface: options.interface }),
      onEvent: (event) => options.onEvent(event),
    });
    const node = new StudentNode(options, await loadIdentity(stateDir), pins, incoming);
    node.start();
    return node;
  }

  /** Trusts a teacher from now on. */
  trust(fingerprint: string): void {
    this.pins.pin(fingerprint, this.finder?.rooms.find((room) => room.fingerprint === fingerprint)?.name ?? '').then(
      () => this.wake(),
      (error: unknown) => this.fail(error),
    );
  }

  snapshot(): StudentSnapshot {
    return {
      connection: this.state,
      room: this.room,
      found: (this.finder?.rooms ?? []).map((room) => ({ ...room, trusted: this.accepts(room.fingerprint) })),
      folder: this.options.directory,
      transfers: this.incoming.views(),
    };
  }

  /** Tells the teacher and stops; what is not complete stays resumable. */
  async close(): Promise<void> {
    this.stopped.abort();
    this.wake();
    const { connection } = this;
    connection?.send({ type: 'leave', reason: 'it was closed there' });
    connection?.close();
    await connection?.whenGone();
    await this.finder?.close();
    await this.running;
    await this.incoming.close();
  }

  private start(): void {
    if (this.options.connect === undefined) {
      this.finder = findRooms({ interfaces: () => this.addresses(), onChange: () => this.wake() });
    }
    this.running = this.run();
  }

  private addresses(): string[] {
    const usable = usableInterfaces().filter(({ family }) => family === 'IPv4');
    const wanted = this.options.interface;
    const restricted = process.env.TUTTI_INTERFACE !== undefined;
    return usable
      .filter(({ address, loopback }) => (wanted === undefined ? restricted || !loopback : address === wanted))
      .map(({ address }) => address);
  }

  private async run(): Promise<void> {
    let wait = RETRY_MS.first;
    while (!this.stopped.signal.aborted) {
      const place = this.options.connect ?? this.foundPlace();
      if (place !== undefined && (await this.visit(place))) wait = RETRY_MS.first;
      if (this.stopped.signal.aborted) return;
      await this.pause(place === undefined ? RETRY_MS.last : wait);
      wait = Math.min(RETRY_MS.last, wait * RETRY_GROWTH);
    }
  }

  /** The first room on the network whose teacher may be trusted. */
  private foundPlace(): Place | undefined {
    const room = this.finder?.rooms.find(({ fingerprint }) => this.accepts(fingerprint));
    if (room === undefined && this.state !== 'untrusted') this.state = 'searching';
    return room === undefined ? undefined : { host: room.address, port: room.port };
  }

  private accepts(fingerprint: string): boolean {
    const { pin, firstUse } = this.options.trust;
    if (pin !== undefined) return parseFingerprint(pin) === fingerprint;
    return this.pins.isTrusted(fingerprint) || (firstUse && this.pins.list().length === 0);
  }

  /** One connection, from hello to its end. @returns whether the teacher welcomed this student. */
  private async visit(place: Place): Promise<boolean> {
    this.state = 'connecting';
    try {
      const { connection, welcome } = await connectControl({
        ...place,
        ...this.ownAddressFor(place.host),
        identity: this.identity,
        hello: await this.hello(),
        trust: (fingerprint) => this.accepts(fingerprint),
        trusted: this.trusted(),
      });
      await this.stay(connection, welcome, place);
      return true;
    } catch (error) {
      this.state = error instanceof UntrustedTeacherError ? 'untrusted' : 'searching';
      if (error instanceof UntrustedTeacherError) {
        const { host: address, port } = place;
        this.room = { name: address, address, port, fingerprint: error.fingerprint, trusted: false };
      }
      this.fail(error);
      return false;
    }
  }

  private trusted(): string[] {
    const { pin } = this.options.trust;
    return pin === undefined ? this.pins.list().map(({ fingerprint }) => fingerprint) : [parseFingerprint(pin)];
  }

  private ownAddressFor(host: string): { localAddress?: string } {
    const own = this.options.interface;
    return own === undefined || isIPv6(own) !== isIPv6(host) ? {} : { localAddress: own };
  }

  private async hello(): Promise<Hello> {
    const name = peerNameOf(this.options.name);
    return { type: 'hello', version: PROTOCOL_VERSION, name, held: await this.incoming.held() };
  }

  private async stay(connection: TeacherConnection, welcome: Welcome, place: Place): Promise<void> {
    const fingerprint = connection.peerFingerprint;
    if (!this.pins.isTrusted(fingerprint)) await this.pins.pin(fingerprint, welcome.room);
    this.connection = connection;
    this.state = 'connected';
    this.lastFailure = '';
    const { host: address, port } = place;
    this.room = { name: welcome.room, address, port, fingerprint, trusted: true };
    this.incoming.connected(connection, welcome.room);
    this.options.onEvent({ event: 'enrolled', room: welcome.room, fingerprint, address, port });
    const { reason, code } = await new Promise<CloseReason>((resolve) => {
      connection.attach({
        onMessage: (message, attachment) => this.incoming.receive(message, attachment),
        onClose: resolve,
      });
      if (this.stopped.signal.aborted) connection.close();
    });
    this.connection = undefined;
    if (!this.stopped.signal.aborted) this.state = 'searching';
    this.incoming.disconnected();
    this.options.onEvent({ event: 'left', reason });
    // Two machines with one identity would push each other out for ever.
    if (code === 'replaced') await this.pause(RETRY_MS.replaced);
  }

  /** The same failure again and again is one failure. */
  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason === this.lastFailure || this.stopped.signal.aborted) return;
    this.lastFailure = reason;
    this.options.onEvent({ event: 'failed', reason, ...(isFinal(error) ? { final: true } : {}) });
  }

  /** Waits, until something makes another try worth while. */
  private async pause(ms: number): Promise<void> {
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await sleep(ms, undefined, { signal: AbortSignal.any([woken.signal, this.stopped.signal]) }).catch(() => undefined);
  }
}

/** Another teacher, or another version: only a person can change that. */
function isFinal(error: unknown): boolean {
  return error instanceof UntrustedTeacherError || (error instanceof ConnectError && error.code === 'version');
}
