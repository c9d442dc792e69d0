import type { Range } from '../../src-shared/ranges/range-set';
import { serialAdd } from '../../src-shared/ranges/serial-number';
import { DATA, type DataHeader, PARITY, PROBE, splitTransferId } from '../../src-shared/wire/data-datagram';
import { progressMs, sharedProgressDatagrams } from './announcement';
import { Pace } from './pace';
import { MIN_WINDOW_DATAGRAMS, SLOW_INTERVAL_MS, SLOW_REPORTS, WINDOW_REPORTS } from './params';
import { type Proactive, withProactiveParity } from './proactive-parity';
import type { DueRun, Found, SenderOptions } from './sender-io';
import type { SenderOutbox } from './sender-outbox';
import type { TransferLayout } from './transfer-layout';
import { type MovedOff, Transmission } from './transmission';

/** What a transmission sends. */
export interface Content {
  /** Units and parity units, in order. */
  readonly carried: readonly Range[];
  /** What is sent besides, in a first pass. */
  readonly proactive: Proactive | undefined;
}

/**
 * What leaves on the data channel: the probes and the units of one multicast transmission after the other, numbered without
 * a gap, at their pace (PROTOCOL.md sections 5 and 7).
 */
export class DatagramFlow {
  private current: Transmission | undefined;
  private content: Content = { carried: [], proactive: undefined };
  private number = 0;
  private sequence: number;
  private resent: number;
  /** Of the first pass, or of an earlier transfer. */
  private loss: number;
  private readonly pace: Pace;
  private readonly ids: { transferHigh: number; transferLow: number };

  constructor(
    private readonly layout: TransferLayout,
    private readonly outbox: SenderOutbox,
    options: SenderOptions,
    now: number,
  ) {
    this.sequence = options.resumed?.sequence ?? 0;
    this.resent = options.resumed?.resentBytes ?? 0;
    this.pace = new Pace(options.rate, layout.payloadBytes, now, options.found?.rate);
    this.loss = options.found?.loss ?? 0;
    this.ids = splitTransferId(options.transfer);
  }

  /** The transmission whose data channel is open. */
  get running(): Transmission | undefined {
    return this.current;
  }

  /** Sequence number of the running transmission's first datagram; between two transmissions, of the next one's. */
  get firstSequence(): number {
    return this.sequence;
  }

  /** Payload bytes of all transmissions after the first, and of the parity that the first had besides. */
  get resentBytes(): number {
    return this.resent;
  }

  /** Bytes per second. */
  get rate(): number {
    return this.pace.rate;
  }

  /** What the next transfer to this room should know. */
  get found(): Found {
    return { rate: this.rate, loss: this.loss };
  }

  /** The data channel is open for transmission `number`, to a class of this size. */
  open(number: number, content: Content, classSize: number, now: number): void {
    this.number = number;
    this.content = content;
    this.current = this.transmissionTo(classSize, now);
  }

  /** The data begins: the transmission's clock starts with its first datagram, not with its announcement. */
  begin(listeners: readonly string[], classSize: number, now: number): void {
    if (this.current === undefined) return;
    this.current = this.transmissionTo(classSize, now);
    for (const student of listeners) this.current.addListener(student);
    this.pace.begin(now);
  }

  probe(): DueRun {
    const { number: transmission, sequence } = this;
    return {
      header: { kind: PROBE, transmission, ...this.ids, sequence, offset: 0 },
      first: undefined,
      count: 1,
      step: 0,
    };
  }

  /** The next datagrams with data, at most so many, if they may leave now. */
  next(most: number, now: number): DueRun | undefined {
    const { current, layout } = this;
    if (current === undefined || current.done) return undefined;
    const { unit: first, end } = current.next;
    const count = Math.min(most, this.pace.allowed(current, now), Math.min(end, layout.runEnd(first)) - first);
    if (count < 1) return undefined;
    const isParity = layout.isParity(first);
    return { header: this.headerOf(current, isParity), first, count, step: isParity ? 1 : layout.payloadBytes };
  }

  /** These units, the next ones, were handed to the data channel. */
  sent(first: number, count: number): void {
    const bytes = this.layout.bytesIn([[first, first + count]]);
    this.pace.take(count, bytes);
    this.current?.advance(count, bytes, this.isProactive(first));
  }

  /** Judges the last interval: sets the rate and tells whom it will no longer follow. */
  judge(now: number): MovedOff[] {
    return this.current === undefined ? [] : this.pace.judge(this.current, now);
  }

  /** When `judge` has something to decide, or the next datagram may leave; ms. */
  deadlines(now: number): number[] {
    return this.current === undefined ? [] : this.pace.deadlines(this.current, now);
  }

  /** No more datagrams of this transmission; its sequence numbers are never used again. */
  finish(now: number): void {
    const { current, number: transmission } = this;
    if (current === undefined) return;
    this.outbox.event({
      event: 'transmitted',
      transmission,
      datagrams: current.sent,
      payloadBytes: current.sentBytes + current.proactiveBytes,
      proactiveBytes: current.proactiveBytes,
      firstSequence: current.firstSequence,
      lastSequence: current.lastSequence,
      durationMs: Math.round(now - current.startedAt),
    });
    this.sequence = serialAdd(this.sequence, current.sent);
    if (this.content.proactive !== undefined) this.loss = current.reckonedLoss;
    this.resent += current.proactiveBytes + (transmission > 0 ? current.sentBytes : 0);
  }

  /** Closes the data channel, if it is open. */
  close(): void {
    if (this.current === undefined) return;
    this.current = undefined;
    this.outbox.push({ kind: 'closeData' });
    this.outbox.event({ event: 'dataChannel', transmission: this.number, state: 'closed' });
  }

  /** Where the numbers go on after a crash: those of a transmission of so many datagrams may have been used. */
  sequenceAfter(datagrams: number): number {
    return serialAdd(this.sequence, datagrams);
  }

  private headerOf({ next: { unit, sequence } }: Transmission, isParity: boolean): DataHeader {
    const kind = isParity ? PARITY : DATA;
    return { kind, transmission: this.number, ...this.ids, sequence, offset: this.layout.placeOf(unit) };
  }

  private transmissionTo(classSize: number, now: number): Transmission {
    const leastWindow = Math.max(MIN_WINDOW_DATAGRAMS, WINDOW_REPORTS * sharedProgressDatagrams(classSize));
    const slowInterval = Math.max(SLOW_INTERVAL_MS, SLOW_REPORTS * progressMs(classSize));
    return new Transmission(this.ranges(), this.sequence, now, leastWindow, slowInterval, this.loss);
  }

  private ranges(): Iterable<Range> {
    const { carried, proactive } = this.content;
    if (proactive === undefined) return carried;
    return withProactiveParity(carried, this.layout, proactive, () => this.current?.reckonedLoss ?? this.loss);
  }

  /** Parity in a first pass, or what goes out once more at its end. */
  private isProactive(unit: number): boolean {
    if (this.content.proactive === undefined) return false;
    return this.layout.isParity(unit) || (this.current?.sentBytes ?? 0) >= this.layout.bytesIn(this.content.carried);
  }
}
