import type { BlockSender } from './block-sender';
import type { Endpoint } from './endpoint';
import { type GrantedOptions, writeGrantedOptions } from './options';
import { writeOptionAck } from './packets';
import {
  HUSH_INTERVAL_MS,
  MASTER_OACK_MS,
  MASTER_TRIES,
  MAX_TRIES,
  MAX_TURNS,
  OACK_TIMEOUTS,
  SLOW_MASTER_BLOCKS,
  SLOW_MASTER_MS,
  USUAL_CLIENT_TIMEOUT_MS,
} from './params';
import type { Terms } from './quality';
import type { SessionClient } from './session-client';
import type { SessionClients } from './session-clients';
import type { SessionHost } from './session-host';

/** What is known of a session once its file and port are open. */
export interface OpenFile {
  readonly session: string;
  /** Bytes of the file; undefined in netascii, which changes them on the wire (RFC 2349 counts those that are sent). */
  readonly wireBytes: number | undefined;
  readonly terms: Terms;
  readonly group: Endpoint | undefined;
  readonly sender: BlockSender;
}

const HOLDS_UP = 'It holds up the others; its turn comes again';

/** One client's turn. First its OACK has to be answered. */
interface Turn {
  readonly client: SessionClient;
  /** It has sent its first ACK, or has no OACK to answer. */
  hasBegun: boolean;
  oacks: number;
  timeouts: number;
  oackSentAt: number;
  /** When the answer to the OACK is late, ms. */
  oackDue: number;
  /** How far it was, in blocks, when it was last seen whether it is slow. */
  judgedAt: number;
  judgedBlocks: number;
}

/**
 * Who acknowledges, one client at a time: the only one, or a group's master (RFC 2090). When the master has the file, is silent or
 * holds up the others, the next client in line is told that it is the master, and asks for what it misses.
 */
export class Turns {
  private turn: Turn | undefined;
  private isSending = false;

  constructor(
    private readonly file: OpenFile,
    private readonly clients: SessionClients,
    private readonly host: SessionHost,
  ) {}

  /** When `timeout` is to be called, ms. */
  get deadline(): number {
    if (this.turn === undefined) return Number.POSITIVE_INFINITY;
    return this.turn.hasBegun ? this.file.sender.deadline : this.turn.oackDue;
  }

  /** A client is new. In a group it is told where to listen, and that others acknowledge (mc=0). */
  join(client: SessionClient, now: number): void {
    client.joinedAfter = this.file.sender.highestSent;
    if (this.turn === undefined) return this.begin(client, now);
    this.clients.setRole(client, 'member');
    this.sendOack(client);
  }

  /** The delayed start is over (C2): blocks may leave. */
  start(now: number): void {
    this.isSending = true;
    if (this.turn !== undefined) this.turn.judgedAt = now;
    this.pump(now);
  }

  /** An ACK of a client of this session. */
  ack(client: SessionClient, block: number, now: number): void {
    client.isVerified = true;
    if (this.turn?.client !== client) return this.memberAck(client, block, now);
    if (this.turn.hasBegun) this.masterAck(client, block, now);
    else this.firstAck(this.turn, block, now);
    if (this.file.sender.isComplete && this.turn.hasBegun) return this.complete(client, now);
    if (this.turn.hasBegun && this.isSlow(this.turn, now)) return this.passOn(client, HOLDS_UP, now);
    this.pump(now);
  }

  /** The client has sent its request again: it has not heard the OACK. */
  repeated(client: SessionClient, now: number): void {
    const turn = this.turn?.client === client ? this.turn : undefined;
    if (turn?.hasBegun === true) return;
    this.sendOack(client);
    if (turn === undefined) return;
    turn.oacks++;
    if (this.file.group === undefined) turn.oackDue = now + this.oackPatience;
  }

  /** It had blocks, and the latest is not acknowledged in time. In a group it may ask again because it hears nothing of others' turns. */
  hasFallenSilent(client: SessionClient): boolean {
    return this.file.group === undefined && client.acknowledged > 0 && this.file.sender.attempts > 0;
  }

  /** The client is gone, and told why. */
  fail(client: SessionClient, why: string, now: number): void {
    this.clients.fail(client, why);
    if (this.turn?.client === client) this.next(now);
  }

  timeout(now: number): void {
    const { turn } = this;
    if (turn === undefined || now < this.deadline) return;
    if (!turn.hasBegun) {
      if (turn.timeouts >= this.tries) return this.silent(turn.client, now);
      turn.timeouts++;
      return this.sendTurn(turn, now);
    }
    const isLate = this.file.sender.timeout(now);
    const isHopeless = this.file.sender.attempts > this.tries || (isLate && !turn.client.mayAnswer());
    if (isHopeless) return this.silent(turn.client, now);
    if (this.isSlow(turn, now)) return this.passOn(turn.client, HOLDS_UP, now);
    this.pump(now);
  }

  /** Sends what may leave. */
  pump(now: number): void {
    if (this.isSending && this.turn?.hasBegun === true) this.file.sender.pump(now);
  }

  // --- Turns ---

  private next(now: number): void {
    this.turn = undefined;
    this.file.sender.pause();
    const [client] = this.clients.active;
    if (client !== undefined) this.begin(client, now);
  }

  private begin(client: SessionClient, now: number): void {
    const never = Number.POSITIVE_INFINITY;
    const judged = { judgedAt: now, judgedBlocks: 0 };
    this.turn = { client, hasBegun: false, oacks: 0, timeouts: 0, oackSentAt: 0, oackDue: never, ...judged };
    this.clients.setRole(client, this.file.group === undefined ? 'unicast' : 'master');
    if (this.grants(client).length > 0) return this.sendTurn(this.turn, now);
    // RFC 2347: without an option to acknowledge the first DATA is the answer.
    client.mayAnswer();
    this.firstAck(this.turn, 0, now);
    this.pump(now);
  }

  private sendTurn(turn: Turn, now: number): void {
    if (!turn.client.mayAnswer()) return this.silent(turn.client, now);
    this.sendOack(turn.client);
    turn.oacks++;
    turn.oackSentAt = now;
    turn.oackDue = now + this.oackPatience;
  }

  private get oackPatience(): number {
    const { timeoutMs, isTimeoutAgreed } = this.file.terms;
    // A client that lacks the OACK asks again, and one that has it answers again; some take a second OACK for an error.
    if (this.file.group === undefined) return OACK_TIMEOUTS * (isTimeoutAgreed ? timeoutMs : USUAL_CLIENT_TIMEOUT_MS);
    // Others that wait hear nothing meanwhile, and have a patience of their own.
    return this.clients.active.length > 1 ? MASTER_OACK_MS : timeoutMs;
  }

  private firstAck(turn: Turn, block: number, now: number): void {
    const { client } = turn;
    // Karn (RFC 6298 section 3): of an OACK that left twice nobody knows which one was answered.
    const roundTrip = turn.oacks === 1 ? now - turn.oackSentAt : undefined;
    if (!this.file.sender.begin(block, client.windowBlocks, roundTrip)) return;
    turn.hasBegun = true;
    this.clients.receives(client);
    this.hasAcknowledged(client, now);
    this.judge(turn, now);
  }

  private masterAck(client: SessionClient, block: number, now: number): void {
    if (this.file.sender.ack(block, now) === 'advance') return this.hasAcknowledged(client, now);
    this.file.sender.unexpected(now);
  }

  private hasAcknowledged(client: SessionClient, now: number): void {
    const { sender } = this.file;
    client.acknowledged = sender.acknowledged;
    if (client.acknowledged > 0) client.silentTurns = 0;
    // What was sent before the client came, it could not have.
    if (sender.isFilling && client.acknowledged >= client.joinedAfter) sender.lost(now);
  }

  /** RFC 2090: any client ends by acknowledging the last block; any other ACK of one that is not the master is answered with mc=0. */
  private memberAck(client: SessionClient, block: number, now: number): void {
    if (this.file.sender.isLast(block)) return this.complete(client, now);
    // ACK 0 answers the OACK with mc=0. To answer that in turn would never end.
    if (block === 0 || now < client.hushedAt + HUSH_INTERVAL_MS) return;
    client.hushedAt = now;
    this.sendOack(client);
  }

  private complete(client: SessionClient, now: number): void {
    client.acknowledged = this.file.sender.highestSent;
    this.clients.complete(client);
    if (this.turn?.client === client) this.next(now);
  }

  /** Others that wait get their turn; who was silent gets another one after them. */
  private silent(client: SessionClient, now: number): void {
    client.silentTurns++;
    if (this.clients.active.length === 1 || client.silentTurns >= MAX_TURNS)
      return this.fail(client, this.whySilent(client), now);
    this.passOn(client, 'It did not answer as the master; its turn comes again', now);
  }

  private passOn(client: SessionClient, why: string, now: number): void {
    this.clients.setRole(client, 'member', why);
    this.clients.moveToEnd(client);
    this.next(now);
  }

  /** Whether others wait for a master that is hardly getting on: what they miss, another one of them can ask for sooner. */
  private isSlow(turn: Turn, now: number): boolean {
    if (!this.isSending || this.clients.active.length === 1 || now < turn.judgedAt + SLOW_MASTER_MS) return false;
    const blocks = this.file.sender.acknowledged - turn.judgedBlocks;
    this.judge(turn, now);
    return blocks < SLOW_MASTER_BLOCKS;
  }

  private judge(turn: Turn, now: number): void {
    turn.judgedAt = now;
    turn.judgedBlocks = this.file.sender.acknowledged;
  }

  private whySilent(client: SessionClient): string {
    if (!client.isVerified) return 'It never answered';
    const { sender } = this.file;
    const isAtEnd =
      sender.isLast(sender.highestSent) && client.acknowledged + client.windowBlocks >= sender.highestSent;
    // Many leave right after their last ACK, and that one may have been lost.
    return isAtEnd ? 'It did not acknowledge the last block, but may have it' : 'It does not answer any more';
  }

  private get tries(): number {
    return this.clients.active.length > 1 ? MASTER_TRIES : MAX_TRIES;
  }

  // --- Options ---

  /** Not larger than the request by more than a few bytes: as an answer to one it amplifies nothing. */
  private sendOack(client: SessionClient): void {
    const bytes = writeOptionAck(this.grants(client));
    this.host.push({ kind: 'send', session: this.file.session, to: client.endpoint, bytes });
  }

  /** What is granted of what the client asked for (RFC 2347). */
  private grants(client: SessionClient): ReturnType<typeof writeGrantedOptions> {
    const { asked } = client.request;
    const { terms, wireBytes, group } = this.file;
    const isSameTimeout = terms.isTimeoutAgreed && (asked.timeout ?? 0) * 1000 === terms.timeoutMs;
    const granted: GrantedOptions = {
      ...(asked.blksize === undefined ? {} : { blksize: terms.blockBytes }),
      ...(asked.timeout !== undefined && isSameTimeout ? { timeout: asked.timeout } : {}),
      // RFC 2349 allows any answer or none; curl takes a size of 0 for an error.
      ...(asked.tsize === undefined || !wireBytes ? {} : { tsize: wireBytes }),
      ...(asked.windowsize === undefined ? {} : { windowsize: client.windowBlocks }),
      // RFC 2090 lets a later OACK leave out the group, but there are clients that need it each time.
      ...(group === undefined ? {} : { multicast: { ...group, master: client.role === 'master' } }),
    };
    return writeGrantedOptions(granted);
  }
}
