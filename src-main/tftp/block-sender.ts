import type { BlockSource } from './block-source';
import type { Endpoint } from './endpoint';
import { LossMeter } from './loss-meter';
import { PacketRate } from './packet-rate';
import { writeData } from './packets';
import { LOSS_HALF_LIFE_MS } from './params';
import type { Terms } from './quality';
import { backedOff, RoundTrip } from './round-trip';
import { type AckMeaning, type ResendCause, SendWindow } from './send-window';
import type { SessionHost } from './session-host';
import { SpeedMeter } from './speed-meter';

/** Sends a file's blocks to one place, as whoever acknowledges them asks for them: window, packet rate, timeouts and counters together. */
export class BlockSender {
  /** Blocks that left, and those of them that had left before. */
  sentBlocks = 0;
  resentBlocks = 0;
  /** Timeouts in a row. */
  attempts = 0;
  private readonly window: SendWindow;
  private readonly rate: PacketRate;
  private readonly loss: LossMeter;
  private readonly speed: SpeedMeter;
  private roundTrip = new RoundTrip();
  /** When what left last should have been answered, ms. */
  private answerDue = Number.POSITIVE_INFINITY;
  /** When the packet rate lets the next block leave, ms. */
  private rateDue = Number.POSITIVE_INFINITY;

  constructor(
    private readonly session: string,
    private readonly source: BlockSource,
    private readonly terms: Terms,
    private readonly to: Endpoint,
    private readonly host: SessionHost,
    now: number,
  ) {
    this.window = new SendWindow(terms.multicast);
    this.rate = new PacketRate(host.options.flow.rate, now);
    this.loss = new LossMeter(LOSS_HALF_LIFE_MS, now);
    this.speed = new SpeedMeter(now);
  }

  /** Blocks that the one who acknowledges has. */
  get acknowledged(): number {
    return this.window.acknowledged;
  }

  get highestSent(): number {
    return this.window.highestSent;
  }

  /** The one who acknowledges has the whole file. */
  get isComplete(): boolean {
    return this.isLast(this.window.acknowledged);
  }

  /** It asks for what has been sent before. */
  get isFilling(): boolean {
    return this.window.isFilling;
  }

  /** When `timeout` is to be called, ms. */
  get deadline(): number {
    return Math.min(this.answerDue, this.rateDue, this.window.resendDeadline);
  }

  get blocksPerSecond(): number | null {
    return this.rate.blocksPerSecond;
  }

  /** Whether this is the file's last block, and has been sent. */
  isLast(block: number): boolean {
    return block === this.source.last && block <= this.window.highestSent;
  }

  /** 0…1 of the file, of which so many blocks are counted. */
  share(blocks: number): number {
    return this.source.last === undefined ? 0 : Math.min(1, blocks / this.source.last);
  }

  bytesPerSecond(now: number): number {
    return this.speed.bytesPerSecond(now);
  }

  lossShare(now: number): number {
    return this.loss.share(now);
  }

  /**
   * Somebody begins to acknowledge.
   * @param wire the block number of its first ACK
   * @param roundTrip that of the OACK before, ms, where it was measured
   * @returns false where the ACK is none that it could have sent
   */
  begin(wire: number, windowBlocks: number, roundTrip: number | undefined): boolean {
    if (!this.window.begin(wire, windowBlocks)) return false;
    this.roundTrip = new RoundTrip();
    if (roundTrip !== undefined) this.roundTrip.sample(roundTrip);
    this.answered();
    return true;
  }

  /** An ACK of the one who acknowledges; `pump` sends what it asks for. */
  ack(wire: number, now: number): AckMeaning {
    const before = this.window.acknowledged;
    const { meaning, roundTrip, missing = 1 } = this.window.ack(wire, now, this.guard);
    this.rate.blocksAcknowledged(this.window.acknowledged - before);
    // One was counted at the timeout.
    this.rate.blocksMissing(missing - 1);
    if (roundTrip !== undefined) this.roundTrip.sample(roundTrip);
    if (meaning === 'advance') {
      this.source.release(this.window.acknowledged);
      this.answered();
    }
    return meaning;
  }

  /** An unexpected packet came (C6): the last one leaves again, at most once a round trip. */
  unexpected(now: number): void {
    if (this.host.options.flow.lastPacket) this.window.resendAfter(now, this.guard);
  }

  /** A block that had been sent was lost on its way. */
  lost(now: number): void {
    this.rate.blockLost();
    this.loss.blockLost(now);
    this.host.loss.blockLost(now);
  }

  /** Bytes of the file, for `pump` to send. @returns false where they are not those that were asked for. */
  supply(offset: number, bytes: Uint8Array): boolean {
    return this.source.supply(offset, bytes);
  }

  /** Time has passed. @returns whether the one who acknowledges has not answered in time. */
  timeout(now: number): boolean {
    const isLate = now >= this.answerDue;
    if (isLate) {
      this.attempts++;
      this.window.rewind('timeout');
    }
    if (isLate || this.window.resendDue(now)) this.lost(now);
    return isLate;
  }

  /** Nobody is waited for. */
  pause(): void {
    this.answered();
    this.rateDue = Number.POSITIVE_INFINITY;
  }

  /** Sends what may leave now. */
  pump(now: number): void {
    this.judgeRate(now);
    this.rateDue = Number.POSITIVE_INFINITY;
    for (;;) {
      const block = this.window.due(this.source.last);
      if (block === undefined) return;
      for (const read of this.source.reads(block)) this.host.push({ kind: 'read', session: this.session, ...read });
      const payload = this.source.block(block);
      // The disk is slow, not the client.
      if (payload === undefined) return this.expectNothing();
      const allowedAt = this.rate.allowedAt(now);
      if (allowedAt > now) {
        this.rateDue = allowedAt;
        return this.expectNothing();
      }
      this.send(block, payload, now);
    }
  }

  private send(block: number, payload: Uint8Array, now: number): void {
    const cause = this.window.sent(now);
    this.host.push({ kind: 'send', session: this.session, to: this.to, bytes: writeData(block, payload) });
    this.count(payload.length, now);
    if (cause !== undefined) this.resent(block, cause);
    this.answerDue = now + this.timeoutMs;
  }

  private count(bytes: number, now: number): void {
    this.sentBlocks++;
    this.rate.blockSent(now);
    this.loss.blockSent(now);
    this.host.loss.blockSent(now);
    this.speed.add(bytes, now);
  }

  private resent(block: number, why: ResendCause): void {
    this.resentBlocks++;
    this.host.event({ event: 'resent', session: this.session, block, why });
  }

  private judgeRate(now: number): void {
    const change = this.rate.judge(now);
    if (change !== undefined) this.host.event({ event: 'rate', session: this.session, ...change });
  }

  private answered(): void {
    this.attempts = 0;
    this.expectNothing();
  }

  private expectNothing(): void {
    this.answerDue = Number.POSITIVE_INFINITY;
  }

  /** RFC 2349: an agreed timeout is the time between retransmissions; else it follows the round trip. */
  private get timeoutMs(): number {
    const { timeoutMs, isTimeoutAgreed } = this.terms;
    return isTimeoutAgreed ? timeoutMs : backedOff(this.roundTrip.timeout(timeoutMs), this.attempts);
  }

  /** The least time between two sendings of one packet: a measured round trip. */
  private get guard(): number {
    return this.roundTrip.bound ?? this.terms.timeoutMs;
  }
}
