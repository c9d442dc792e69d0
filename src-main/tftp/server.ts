import type { DeviceSessionView, DevicesView } from '../../src-shared/ipc/device-views';
import { TokenBucket } from '../multicast/token-bucket';
import { ClientRegister } from './client-register';
import { type Endpoint, nameOf } from './endpoint';
import { LossMeter } from './loss-meter';
import { readRequestedOptions } from './options';
import { readPacket, writeError } from './packets';
import { LOSS_HALF_LIFE_MS, MAX_FINISHED_SHOWN, MAX_SESSIONS, STRANGER_ERRORS_PER_SECOND } from './params';
import { ReadSession } from './read-session';
import type { ServerOptions, ServerOutput, SessionFailure } from './server-io';
import { isSameRequest, SessionClient, type TransferRequest } from './session-client';
import type { SessionHost } from './session-host';
import { ErrorCode, TftpError } from './tftp-error';
import { WriteSession } from './write-session';

const STOPPED: SessionFailure = { code: ErrorCode.undefined, reason: 'The server stops' };
const BUSY: SessionFailure = { code: ErrorCode.undefined, reason: 'The server is busy: ask again later' };
const TOO_MANY: SessionFailure = { code: ErrorCode.undefined, reason: 'Too many transfers to this address' };
const READ_ONLY: SessionFailure = { code: ErrorCode.accessViolation, reason: 'Nothing can be written here' };
const TOO_LONG: SessionFailure = { code: ErrorCode.diskFull, reason: 'The file is longer than is allowed here' };

type AnySession = ReadSession | WriteSession;

/**
 * A TFTP server (RFC 1350, 2347, 2348, 2349, 7440) with the multicast option (RFC 2090), sans-IO: it gives each request to a session
 * and keeps the limits. Feed it inputs with `now` (ms, monotonic), drain `outputs()`, call `timeout` at `deadline`. Datagrams may be of
 * any content and origin; what is said of a session that is over is ignored.
 */
export class TftpServer {
  private readonly queue: ServerOutput[] = [];
  private readonly sessions = new Map<string, AnySession>();
  private readonly register = new ClientRegister<AnySession>();
  private readonly groupsInUse = new Set<Endpoint>();
  private readonly strangerErrors: TokenBucket;
  private readonly host: SessionHost;
  private over: DeviceSessionView[] = [];
  private lastName = 0;

  constructor(
    private readonly options: ServerOptions,
    now: number,
  ) {
    this.strangerErrors = new TokenBucket(STRANGER_ERRORS_PER_SECOND, 1, now);
    this.host = this.makeHost(new LossMeter(LOSS_HALF_LIFE_MS, now));
  }

  // --- Inputs ---

  /** A datagram came to the listening port. */
  request(bytes: Uint8Array, from: Endpoint, now: number): void {
    try {
      const packet = readPacket(bytes);
      if (packet.kind === 'error') return;
      // RFC 1350 section 4: every other packet belongs to a transfer, and none has this port as its identifier.
      if (packet.kind !== 'read' && packet.kind !== 'write')
        throw new TftpError(ErrorCode.unknownTransfer, 'Transfers do not use this port');
      const request = { file: packet.file, mode: packet.mode, asked: readRequestedOptions(packet.options) };
      this.requested(packet.kind, request, from, now);
    } catch (error) {
      if (!(error instanceof TftpError)) throw error;
      if (this.mayAnswerStranger(now)) this.answer(from, { code: error.code, reason: error.message });
    }
  }

  /** A datagram came to the session's port. */
  datagram(session: string, bytes: Uint8Array, from: Endpoint, now: number): void {
    this.with(session, now, (found) => found.datagram(bytes, from, now));
  }

  /** The file is open and has so many bytes. */
  fileOpened(session: string, bytes: number, now: number): void {
    this.withRead(session, now, (found) => found.fileOpened(bytes, now));
  }

  portOpened(session: string, now: number): void {
    this.with(session, now, (found) => found.portOpened(now));
  }

  dataRead(session: string, offset: number, bytes: Uint8Array, now: number): void {
    this.withRead(session, now, (found) => found.dataRead(offset, bytes, now));
  }

  fileCreated(session: string, now: number): void {
    this.withWrite(session, now, (found) => found.fileCreated());
  }

  /** What the session's oldest open `write` was for is on the disk. */
  written(session: string, now: number): void {
    this.withWrite(session, now, (found) => found.written(now));
  }

  /** The written file is whole and has its name. */
  fileFinished(session: string, now: number): void {
    this.withWrite(session, now, (found) => found.fileFinished(now));
  }

  /** Something that was asked for did not work, or the file changed while it was sent: the clients hear an ERROR, the session is over. */
  sessionFailed(session: string, failure: SessionFailure, now: number): void {
    this.with(session, now, (found) => found.failed(failure, now));
  }

  /** Call at `deadline`, or any time later. */
  timeout(now: number): void {
    for (const session of [...this.sessions.values()]) {
      if (session.deadline > now) continue;
      session.timeout(now);
      this.settle(session, now);
    }
  }

  /** Ends all sessions: each client hears an ERROR. */
  close(now: number): void {
    for (const session of [...this.sessions.values()]) {
      session.failed(STOPPED, now);
      this.settle(session, now);
    }
  }

  // --- Outputs ---

  /** Takes what the driver has to do, in order. */
  outputs(): ServerOutput[] {
    return this.queue.splice(0);
  }

  /** When `timeout` wants to be called next, ms; undefined when only an input can move it on. */
  deadline(): number | undefined {
    const earliest = Math.min(...[...this.sessions.values()].map((session) => session.deadline));
    return Number.isFinite(earliest) ? earliest : undefined;
  }

  /** Those that run first, then the latest that are over. @param wallNow ms since 1970 */
  view(now: number, wallNow: number): DevicesView['sessions'] {
    const running = [...this.sessions.values()].flatMap((session) => session.view(now, wallNow) ?? []);
    return [...running, ...this.over.map((view) => ({ ...view, startedAt: wallNow - (now - view.startedAt) }))];
  }

  // --- Requests ---

  private requested(kind: 'read' | 'write', request: TransferRequest, from: Endpoint, now: number): void {
    const known = this.register.at(from);
    if (known !== undefined) {
      const isSameKind = known.session instanceof ReadSession === (kind === 'read');
      const isSame = isSameKind && isSameRequest(known.client.request, request);
      if (isSame && !known.session.hasFallenSilent(known.client)) return known.session.repeated(known.client, now);
      known.session.abandoned(known.client, now);
      this.settle(known.session, now);
    }
    if (!this.register.hasRoomFor(from)) return this.refuse(from, request, TOO_MANY);
    const client = new SessionClient(from, request);
    if (kind === 'read') this.place(client, now);
    else this.write(client, now);
  }

  private write(client: SessionClient, now: number): void {
    const { request, endpoint } = client;
    const { writeLimit } = this.options;
    if (writeLimit === undefined) return this.refuse(endpoint, request, READ_ONLY);
    if ((request.asked.tsize ?? 0) > writeLimit) return this.refuse(endpoint, request, TOO_LONG);
    const session = this.open(now, (name) => new WriteSession(name, client, writeLimit, this.host, now));
    if (session === undefined) return this.refuse(endpoint, request, BUSY);
    this.register.add(client, session);
  }

  /** Puts a client into a session that sends its file, or into a new one. */
  private place(client: SessionClient, now: number): void {
    const { request } = client;
    const running = [...this.sessions.values()].filter((session) => session instanceof ReadSession);
    const open = running.find((session) => session.admits(client));
    const opening = running.find((session) => session.mayWait(client));
    const session = open ?? opening ?? this.open(now, (name) => new ReadSession(name, request, client, this.host, now));
    if (session === undefined) return this.refuse(client.endpoint, request, BUSY);
    this.register.add(client, session);
    if (open !== undefined) open.join(client, now);
    else opening?.wait(client);
  }

  private open<S extends AnySession>(now: number, make: (name: string) => S): S | undefined {
    if (this.sessions.size >= MAX_SESSIONS && !this.makeRoom(now)) return undefined;
    const session = make(`s${++this.lastName}`);
    this.sessions.set(session.name, session);
    return session;
  }

  /** Whoever writes false senders on requests must not keep others out: the oldest request that nobody has confirmed gives way. */
  private makeRoom(now: number): boolean {
    const oldest = [...this.sessions.values()].find((session) => !session.isVerified);
    if (oldest === undefined) return false;
    oldest.failed(BUSY, now);
    this.settle(oldest, now);
    return true;
  }

  private refuse(from: Endpoint, { file }: Pick<TransferRequest, 'file'>, failure: SessionFailure): void {
    this.answer(from, failure);
    const { code, reason: why } = failure;
    this.queue.push({ kind: 'event', event: { event: 'refused', address: nameOf(from), file, code, why } });
  }

  private answer(to: Endpoint, { code, reason }: SessionFailure): void {
    this.queue.push({ kind: 'send', session: null, to, bytes: writeError(code, reason) });
  }

  private mayAnswerStranger(now: number): boolean {
    if (!this.strangerErrors.allows(now)) return false;
    this.strangerErrors.take(1);
    return true;
  }

  // --- Sessions ---

  /** RFC 1350 section 4: a wrong source is told so, and disturbs no transfer. Never answer an ERROR with one. */
  private stranger(session: string, bytes: Uint8Array, from: Endpoint, now: number): void {
    const isError = bytes[0] === 0 && bytes[1] === 5;
    if (isError || !this.mayAnswerStranger(now)) return;
    const answer = writeError(ErrorCode.unknownTransfer, 'This transfer is not yours');
    this.queue.push({ kind: 'send', session, to: from, bytes: answer });
  }

  private withRead(name: string, now: number, input: (session: ReadSession) => void): void {
    this.with(name, now, (session) => {
      if (session instanceof ReadSession) input(session);
    });
  }

  private withWrite(name: string, now: number, input: (session: WriteSession) => void): void {
    this.with(name, now, (session) => {
      if (session instanceof WriteSession) input(session);
    });
  }

  private with(name: string, now: number, input: (session: AnySession) => void): void {
    const session = this.sessions.get(name);
    if (session === undefined) return;
    input(session);
    this.settle(session, now);
  }

  /** Forgets a session that is over, and finds another place for who waited for it in vain. */
  private settle(session: AnySession, now: number): void {
    if (session.isOver && this.sessions.delete(session.name)) {
      // `startedAt` on the machine's own clock, until somebody asks for the view.
      const view = session.view(now, now);
      if (view !== undefined) this.over = [view, ...this.over].slice(0, MAX_FINISHED_SHOWN);
    }
    for (const client of session instanceof ReadSession ? session.takeWaiting() : []) {
      this.register.remove(client);
      this.place(client, now);
    }
  }

  private makeHost(loss: LossMeter): SessionHost {
    const { sessions } = this;
    return {
      options: this.options,
      loss,
      get openSessions() {
        return sessions.size;
      },
      push: (output) => this.queue.push(output),
      event: (event) => this.queue.push({ kind: 'event', event }),
      claimGroup: () => this.claimGroup(),
      releaseGroup: (group) => this.groupsInUse.delete(group),
      stranger: (session, bytes, from, now) => this.stranger(session, bytes, from, now),
      refuse: (from, request, failure) => this.refuse(from, request, failure),
      clientEnded: (client) => this.register.remove(client),
    };
  }

  private claimGroup(): Endpoint | undefined {
    const free = this.options.groups.find((group) => !this.groupsInUse.has(group));
    if (free !== undefined) this.groupsInUse.add(free);
    return free;
  }
}
