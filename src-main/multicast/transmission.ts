import type { Range } from '../../src-shared/ranges/range-set';
import { serialAdd, serialDistance } from '../../src-shared/ranges/serial-number';
import {
  MAX_WINDOW_DATAGRAMS,
  OUTLIER_LOSS,
  OUTLIER_RATIO,
  SLOW_INTERVAL_MS,
  SLOW_SHARE,
  WINDOW_MS,
  WINDOW_STALL_MS,
} from './params';
import type { DeliverySample } from './rate-control';
import { RecentLoss } from './recent-loss';
import type { TransferLayout } from './transfer-layout';

/** One student on the data channel, as its position reports tell. */
interface Listener {
  /** Datagrams of this transmission that have gone by it: its highest sequence number, as a count. */
  position: number;
  received: number;
  judged: { position: number; received: number };
  /** The fewest datagrams that had been sent and not gone by at a report since then; infinite without one. */
  ahead: number;
  readonly loss: RecentLoss;
  /** What was lost before this position does not count for that. */
  lossFrom: number;
  /** Datagrams received at the last comparison with the others; undefined until it has been there for a whole interval. */
  compared: number | undefined;
  /** Moved off: neither the window nor the rate follows it any more. */
  movedOff: boolean;
}

/** A student that was moved off to catch up later, and why. */
export interface MovedOff {
  readonly student: string;
  readonly why: string;
}

/** The sending side of one multicast transmission: which unit is next, and how far each listener is (PROTOCOL.md sections 5.3, 7.3). */
export class Transmission {
  private sentCount = 0;
  private bytes = 0;
  private extra = { datagrams: 0, bytes: 0 };
  private readonly source: Iterator<Range>;
  private window: number;
  /** Those taken from the source so far. */
  private readonly ranges: Range[] = [];
  /** Position of the slowest student that the window follows. */
  private slowest = Number.POSITIVE_INFINITY;
  private range = 0;
  private unit: number;
  private blockedSince: number | undefined;
  private comparedAt: number;
  private readonly listeners = new Map<string, Listener>();

  constructor(
    /** Units and parity units, in the order in which they are sent; taken when they are first looked at. */
    units: Iterable<Range>,
    readonly firstSequence: number,
    readonly startedAt: number,
    /** How many datagrams it may be ahead of the slowest listener, at any rate (PROTOCOL.md section 7.3). */
    private readonly leastWindow: number,
    /** Delivery rates are compared over so many ms. */
    private readonly slowIntervalMs = SLOW_INTERVAL_MS,
    /** 0…1: the loss to reckon with until the first listener's is known. */
    private expectedLoss = 0,
  ) {
    this.source = units[Symbol.iterator]();
    this.window = leastWindow;
    this.unit = this.rangeAt(0)?.[0] ?? 0;
    this.comparedAt = startedAt;
  }

  /** Datagrams sent so far. */
  get sent(): number {
    return this.sentCount;
  }

  /** Payload bytes sent so far, without proactive parity. */
  get sentBytes(): number {
    return this.bytes;
  }

  /** Payload bytes of proactive parity sent so far. */
  get proactiveBytes(): number {
    return this.extra.bytes;
  }

  get done(): boolean {
    return this.rangeAt(this.range) === undefined;
  }

  get lastSequence(): number {
    return serialAdd(this.firstSequence, this.sentCount - 1);
  }

  /** The next datagram's unit and sequence number, and where the units end that follow it. Meaningless once done. */
  get next(): { unit: number; end: number; sequence: number } {
    const { unit } = this;
    const end = this.rangeAt(this.range)?.[1] ?? unit;
    return { unit, end, sequence: serialAdd(this.firstSequence, this.sentCount) };
  }

  /**
   * The next datagrams were sent, at most up to the end of `next`, with so many payload bytes in all.
   * @param isProactive they are proactive parity
   */
  advance(count: number, bytes: number, isProactive = false): void {
    if (isProactive) this.extra = { datagrams: this.extra.datagrams + count, bytes: this.extra.bytes + bytes };
    else this.bytes += bytes;
    this.sentCount += count;
    this.unit += count;
    const current = this.rangeAt(this.range);
    if (current === undefined || this.unit < current[1]) return;
    this.range++;
    this.unit = this.rangeAt(this.range)?.[0] ?? this.unit;
  }

  /** What comes next, cut so that each run is from one chunk, from the trailer, or of one chunk's parity; at most so many. */
  runsAhead(layout: TransferLayout, count: number): Range[] {
    const runs: Range[] = [];
    let latest: number | undefined;
    for (let i = this.range; runs.length < count; i++) {
      const range = this.rangeAt(i);
      if (range === undefined) break;
      const [start, end] = range;
      for (let from = i === this.range ? this.unit : start; from < end && runs.length < count; ) {
        const border = layout.runEnd(from);
        // Several ranges may lie in one chunk.
        if (border !== latest) runs.push([from, Math.min(end, border)]);
        latest = border;
        from = border;
      }
    }
    return runs;
  }

  /** A student hears the group from now on; what was sent before is not counted as its loss. */
  addListener(student: string): void {
    const position = this.sentCount;
    this.listeners.set(student, {
      position,
      received: 0,
      judged: { position, received: 0 },
      loss: new RecentLoss(this.expectedLoss),
      ahead: Number.POSITIVE_INFINITY,
      lossFrom: position,
      compared: position === 0 ? 0 : undefined,
      movedOff: false,
    });
    this.findSlowest();
  }

  removeListener(student: string): void {
    this.listeners.delete(student);
    this.findSlowest();
  }

  /** A position report. Impossible positions are ignored: a student can only harm itself. */
  progress(student: string, highest: number, received: number): void {
    const listener = this.listeners.get(student);
    const position = serialDistance(this.firstSequence, highest) + 1;
    if (listener === undefined || position <= listener.position || position > this.sentCount) return;
    const arrived = Math.min(received, position);
    const passed = position - listener.position;
    if (listener.position >= listener.lossFrom) listener.loss.add(passed, passed - arrived + listener.received);
    listener.position = position;
    listener.received = arrived;
    listener.ahead = Math.min(listener.ahead, this.sentCount - position);
    this.findSlowest();
  }

  /** What a student has received and lost so far in this transmission, in datagrams. */
  deliveredTo(student: string): { position: number; received: number } | undefined {
    return this.listeners.get(student);
  }

  /** So many datagrams are sent in a second: the window is WINDOW_MS of them, if that is more than it is at any rate. */
  widenWindow(datagramsPerSecond: number): void {
    const wanted = Math.min(MAX_WINDOW_DATAGRAMS, Math.floor((datagramsPerSecond * WINDOW_MS) / 1000));
    this.window = Math.max(this.leastWindow, wanted);
  }

  /** How many datagrams the window has room for. */
  get room(): number {
    return this.window - (this.sentCount - this.slowest);
  }

  /** Which share of the datagrams so far were not proactive parity. */
  get unitShare(): number {
    return this.sentCount === 0 ? 1 : 1 - this.extra.datagrams / this.sentCount;
  }

  /**
   * Which share of the datagrams a first pass has to reckon with as lost, 0…1 (PROTOCOL.md section 8.1): what the student that loses most has lost
   * lately, of those that are followed; but above OUTLIER_LOSS no more than OUTLIER_RATIO times what half of these lose.
   */
  get reckonedLoss(): number {
    const known = this.followed().flatMap(([, { loss }]) => loss.rate ?? []);
    known.sort((a, b) => a - b);
    const worst = known.at(-1) ?? this.expectedLoss;
    const median = known[Math.floor(known.length / 2)] ?? this.expectedLoss;
    return Math.min(worst, Math.max(OUTLIER_LOSS, OUTLIER_RATIO * median));
  }

  /** What was lost until now was lost to congestion: it says nothing of what will be. */
  forgetLoss(): void {
    this.expectedLoss = 0;
    for (const listener of this.listeners.values()) {
      listener.loss.forget();
      listener.lossFrom = this.sentCount;
    }
  }

  /** True while the window holds the sender back. */
  windowFull(now: number): boolean {
    const full = this.room <= 0;
    if (!full) this.blockedSince = undefined;
    else this.blockedSince ??= now;
    return full;
  }

  /** When `moveOffStalled` has something to decide. */
  get stallDeadline(): number | undefined {
    return this.blockedSince === undefined ? undefined : this.blockedSince + WINDOW_STALL_MS;
  }

  /** Moves off those who hold the window for too long. */
  moveOffStalled(now: number): MovedOff[] {
    if (this.stallDeadline === undefined || now < this.stallDeadline) return [];
    this.blockedSince = undefined;
    return this.moveOff((listener) => this.sentCount - listener.position >= this.window, 'it did not keep up');
  }

  /** Forgets that the window was full: time in a pause is nobody's fault. */
  forgetStall(): void {
    this.blockedSince = undefined;
  }

  /** Moves off those whose delivery is below SLOW_SHARE of the median. */
  moveOffSlow(now: number): MovedOff[] {
    if (now - this.comparedAt < this.slowIntervalMs) return [];
    this.comparedAt = now;
    const delivered = new Map<Listener, number>();
    for (const [, listener] of this.followed()) {
      if (listener.compared !== undefined) delivered.set(listener, listener.received - listener.compared);
      listener.compared = listener.received;
    }
    const sorted = [...delivered.values()].sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1] ?? 0;
    return this.moveOff(
      (listener) => (delivered.get(listener) ?? median) < SLOW_SHARE * median,
      'it receives much less than the others',
    );
  }

  /** Deliveries since the last call, for the rate control. */
  takeSamples(): DeliverySample[] {
    return this.followed().map(([student, listener]) => {
      const sample = {
        student,
        passed: listener.position - listener.judged.position,
        received: listener.received - listener.judged.received,
        ahead: listener.ahead,
      };
      listener.ahead = Number.POSITIVE_INFINITY;
      listener.judged = { position: listener.position, received: listener.received };
      return sample;
    });
  }

  private rangeAt(index: number): Range | undefined {
    while (this.ranges.length <= index) {
      const next = this.source.next();
      if (next.done === true) return undefined;
      this.ranges.push(next.value);
    }
    return this.ranges[index];
  }

  private findSlowest(): void {
    this.slowest = Number.POSITIVE_INFINITY;
    for (const { movedOff, position } of this.listeners.values()) {
      if (!movedOff && position < this.slowest) this.slowest = position;
    }
  }

  private followed(): [string, Listener][] {
    return [...this.listeners].filter(([, listener]) => !listener.movedOff);
  }

  private moveOff(isSlow: (listener: Listener) => boolean, why: string): MovedOff[] {
    const moved = this.followed().filter(([, listener]) => isSlow(listener));
    for (const [, listener] of moved) listener.movedOff = true;
    this.findSlowest();
    return moved.map(([student]) => ({ student, why }));
  }
}
