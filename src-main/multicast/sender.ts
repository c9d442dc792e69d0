import type { StudentIdentity } from '../../src-shared/ipc/events';
import { EMPTY, type Range, sizeOf } from '../../src-shared/ranges/range-set';
import { serialAdd } from '../../src-shared/ranges/serial-number';
import type { StudentMessage } from '../../src-shared/wire/messages';
import type { Progress } from '../../src-shared/wire/progress';
import { type Announcement, announcementOf } from './announcement';
import { type Content, DatagramFlow } from './datagram-flow';
import { Filling } from './filling';
import { Gathering } from './gathering';
import { MemberOutcomes } from './member-outcomes';
import { MAX_RETURNS } from './params';
import { carried } from './parity-planner';
import { Planning } from './planning';
import { Reporting } from './reporting';
import type { RepairPlan } from './retransmission-planner';
import { type HeldState, type Member, Scorecard } from './scorecard';
import type { DueFill, DueRun, Found, SenderOptions, SenderOutput, SenderPhase, SenderState } from './sender-io';
import { SenderOutbox } from './sender-outbox';
import type { TransferLayout } from './transfer-layout';

/**
 * The teacher's side of one transfer: announcements, transmissions, reports, rounds (PROTOCOL.md section 4.2), sans-IO.
 * Feed it inputs with `now` (ms, monotonic), drain `outputs()`, send what `nextRun` and `nextFill` give, call `timeout` at `deadline`.
 */
export class Sender {
  readonly scorecard: Scorecard;
  readonly planning: Planning;
  private phase: SenderPhase = 'idle';
  private paused = false;
  private plan: RepairPlan = { mode: 'plain', students: [], units: EMPTY, parity: EMPTY, why: '', givenUp: [] };
  /** What the plan sends: its units and parity units, in order. */
  private carried: readonly Range[] = [];
  private number: number;
  private source: { address: string; port: number } | undefined;
  private root: string | undefined;
  private gathering: Gathering | undefined;
  private readonly filling: Filling;
  private readonly flow: DatagramFlow;
  private readonly reporting: Reporting;
  private readonly outcomes: MemberOutcomes;
  private readonly outbox: SenderOutbox;

  constructor(
    private readonly layout: TransferLayout,
    private readonly options: SenderOptions,
    private readonly startedAt: number,
  ) {
    this.scorecard = new Scorecard(layout);
    this.number = (options.resumed?.transmission ?? 0) - 1;
    this.planning = new Planning(layout, options);
    this.outbox = new SenderOutbox(options.transfer, layout, this.scorecard);
    this.filling = new Filling(layout, this.outbox, options.resumed?.filledBytes ?? 0);
    this.flow = new DatagramFlow(layout, this.outbox, options, startedAt);
    this.reporting = new Reporting(this.scorecard, this.outbox, layout);
    const detach = (student: string) => this.detach(student);
    this.outcomes = new MemberOutcomes(this.scorecard, this.outbox, detach, options.rejoinGraceMs, startedAt);
  }

  // --- Inputs ---

  /** Enrolls the class and begins: transmission 0, or the next round of an interrupted transfer. */
  start(now: number): void {
    this.phase = 'waiting';
    this.planNext(now);
  }

  /** A student enrolled, or came back. In the middle of a transmission it joins the rest of it. */
  enroll(student: StudentIdentity, held: HeldState | undefined, now: number): void {
    if (this.phase === 'finished') return;
    const member = this.scorecard.enroll(student, held);
    this.detach(student.id);
    if (held !== undefined && (member.missing.length > 0 || !member.current))
      this.outbox.report(member, student.ip, this.number);
    if (member.outcome === 'complete') return this.settle(now);
    if (member.returns > MAX_RETURNS) {
      this.outcomes.fail(member, 'it came and went too often');
      return this.settle(now);
    }
    if (this.plan.mode !== 'tcp' && (this.phase === 'gathering' || this.phase === 'transmitting'))
      this.announceTo(member);
    else if (this.number >= 0) this.advance(now);
  }

  /** A control connection is gone. `left`: the student said so, and will not be waited for. */
  disconnected(id: string, left: string | undefined, now: number): void {
    const member = this.scorecard.member(id);
    if (member === undefined || !member.connected || this.phase === 'finished') return;
    member.connected = false;
    member.awaySince = now;
    this.detach(id);
    if (left !== undefined) this.outcomes.fail(member, left);
    this.advance(now);
  }

  /** A student may not have the transfer any more, whether it is connected or not; the driver ends its connection. */
  dismiss(id: string, reason: string, now: number): void {
    const member = this.scorecard.member(id);
    if (member === undefined || this.phase === 'finished') return;
    member.connected = false;
    this.outcomes.fail(member, reason);
    this.advance(now);
  }

  /**
   * A control message of an enrolled student.
   * @throws WireError where it names what cannot be; the driver then ends the connection.
   */
  receive(id: string, message: StudentMessage, attachment: Uint8Array, now: number): void {
    const member = this.scorecard.member(id);
    if (member === undefined || this.phase === 'finished') return;
    if (!('transfer' in message) || message.transfer !== this.options.transfer) return;
    switch (message.type) {
      case 'elect':
        if (this.gathering?.elected(member, message, now) === true) this.advance(now);
        return;
      case 'ready':
        return this.ready(member, message, now);
      case 'report':
        if (this.reporting.take(member, message, attachment, this.plan, now)) this.advance(now);
        return;
      case 'complete':
        if (member.outcome === 'failed') return;
        this.outcomes.complete(member);
        return this.advance(now);
      case 'failed':
        this.outcomes.fail(member, message.reason);
        return this.advance(now);
    }
  }

  progress(id: string, progress: Progress): void {
    if (progress.transmission === this.number) this.flow.running?.progress(id, progress.highest, progress.received);
  }

  /** The data channel is open; its datagrams leave from this address and UDP port. */
  dataOpened(source: { address: string; port: number }, now: number): void {
    // The transfer was stopped while the channel was being opened.
    if (this.phase !== 'opening') return this.outbox.push({ kind: 'closeData' });
    this.source = source;
    this.outbox.event({ event: 'dataChannel', transmission: this.number, state: 'open' });
    this.gather(now);
  }

  /** The trailer's digest is known. */
  rootKnown(root: string, now: number): void {
    this.root = root;
    if (this.phase === 'sealing') this.end(now);
  }

  /** Stops the transfer for everybody: the teacher's wish, or a file that cannot be sent any more. */
  abort(reason: string, now: number): void {
    if (this.phase === 'finished') return;
    this.flow.close();
    for (const member of this.scorecard.all) {
      this.outbox.tell(member, { type: 'cancel', transfer: this.options.transfer, reason });
      if (member.outcome === 'open' || member.outcome === 'storing') this.outcomes.fail(member, reason);
    }
    this.finish(now);
  }

  setPaused(paused: boolean, now: number): void {
    if (this.paused === paused || this.phase === 'finished') return;
    this.paused = paused;
    this.flow.running?.forgetStall();
    this.filling.forgetStall(now);
    this.outbox.tellAll({ type: paused ? 'pause' : 'resume', transfer: this.options.transfer });
    if (!paused) this.filling.resume();
  }

  /** Call at `deadline`, or any time later. */
  timeout(now: number): void {
    if (this.phase === 'finished') return;
    if (this.isTransmitting) this.controlRate(now);
    const isFilling = this.phase === 'filling' && !this.paused;
    this.outcomes.expire((id) => (isFilling ? this.filling.movedAtOf(id) : undefined), now);
    this.advance(now);
  }

  // --- Outputs ---

  /** Takes what the driver has to do, in order. */
  outputs(): SenderOutput[] {
    return this.outbox.drain(this.plan.mode, this.number);
  }

  /** The datagrams that may leave now, if any, at most so many. Call `runSent` once they are on their way. */
  nextRun(most: number, now: number): DueRun | undefined {
    if (this.probeDue(now)) return this.flow.probe();
    return this.isTransmitting ? this.flow.next(most, now) : undefined;
  }

  /** What the next datagrams carry, each run from one chunk, from the trailer or of one chunk's parity: read it ahead. */
  runsAhead(count: number): readonly Range[] {
    return this.flow.running?.runsAhead(this.layout, count) ?? [];
  }

  /** Tells that the datagrams of `nextRun` were handed to the data channel. */
  runSent({ first, count }: DueRun, now: number): void {
    if (first === undefined) {
      this.gathering?.probeSent(now);
      return;
    }
    this.flow.sent(first, count);
    if (this.flow.running?.done === true) this.transmitted(now);
  }

  /** Units that this student's connection should carry next, if any; calling it takes them. */
  nextFill(id: string, now: number): DueFill | undefined {
    if (this.phase !== 'filling' || this.paused) return undefined;
    const range = this.filling.take(id, now);
    if (range === undefined) return undefined;
    return { transmission: this.number, first: range[0], count: range[1] - range[0] };
  }

  /** Call when the units of the last `nextFill` were handed to the connection. */
  fillSent(id: string, now: number): void {
    if (this.filling.sent(id)) this.advance(now);
  }

  /** When `timeout` (or `nextRun`) wants to be called next, ms; undefined when only an input can move it on. */
  deadline(now: number): number | undefined {
    if (this.phase === 'finished') return undefined;
    return Math.min(this.outcomes.deadline, ...this.phaseDeadlines(now));
  }

  /** What the next transfer to this room should know. */
  get found(): Found {
    return this.flow.found;
  }

  get isFinished(): boolean {
    return this.phase === 'finished';
  }

  /** What a journal needs to go on after a crash. */
  state(): SenderState {
    return {
      transmission: this.number + 1,
      sequence: this.flow.sequenceAfter(
        sizeOf(this.carried) + (this.plan.proactiveParity ?? 0) * this.layout.chunkCount,
      ),
      resentBytes: this.flow.resentBytes,
      filledBytes: this.filling.bytes,
      parityUsed: this.planning.parityUsed,
      members: this.scorecard.state(),
    };
  }

  /** What windows and terminals show of the running transmission. */
  view() {
    return {
      phase: this.phase,
      paused: this.paused,
      number: this.number,
      plan: this.plan,
      rate: this.isTransmitting ? this.flow.rate : 0,
      fillsLeft: this.phase === 'filling' ? this.filling.share : 0,
      running: this.flow.running,
      resentBytes: this.flow.resentBytes,
      filledBytes: this.filling.bytes,
      startedAt: this.startedAt,
    };
  }

  // --- Planning ---

  private planNext(now: number): void {
    const ready = this.scorecard.current.filter((member) => member.connected && member.reportDueSince === undefined);
    if (this.number >= 0 && ready.length === 0) return this.wait(now);
    const next = this.planning.next(ready, this.number);
    for (const { id, reason } of next.givenUp) {
      const member = this.scorecard.member(id);
      if (member !== undefined) this.outcomes.fail(member, reason);
    }
    if (next.students.length === 0) return this.wait(now);
    this.begin(next, now);
  }

  private begin(plan: RepairPlan, now: number): void {
    this.plan = plan;
    this.carried = carried(plan.units, plan.parity, this.layout);
    this.number++;
    this.planning.begun(plan, this.number, this.scorecard.current.length);
    for (const member of this.scorecard.all)
      Object.assign(member, { announced: false, elected: undefined, probe: 'none' });
    this.outbox.push({ kind: 'save' });
    if (plan.mode === 'tcp') return this.gather(now);
    this.phase = 'opening';
    this.outbox.push({ kind: 'openData', transmission: this.number });
  }

  private wait(now: number): void {
    this.phase = 'waiting';
    this.settle(now);
  }

  /** Finishes when everybody has an outcome. */
  private settle(now: number): void {
    if (this.phase === 'finished' || this.phase === 'opening' || this.phase === 'idle') return;
    if (this.outcomes.areSettled) this.finish(now);
  }

  private finish(now: number): void {
    this.flow.close();
    this.phase = 'finished';
    this.outbox.tellScorecard(this.plan.mode, this.number);
    this.outbox.finished({
      resentBytes: this.flow.resentBytes,
      filledBytes: this.filling.bytes,
      transmissions: this.number + 1,
      durationMs: Math.round(now - this.startedAt),
    });
  }

  // --- Announcing and gathering ---

  private gather(now: number): void {
    this.phase = 'gathering';
    const { mode } = this.plan;
    if (mode !== 'tcp') this.flow.open(this.number, this.content(), this.scorecard.current.length, now);
    this.gathering = new Gathering(this.scorecard, this.outbox, this.plan, this.announcement(), now);
    this.outbox.announced(this.number, this.plan, this.layout.bytesIn(this.carried));
    // Everybody hears of a multicast transmission and elects for itself (A6, A7); a fill concerns only those it serves.
    const audience = mode !== 'tcp' ? this.scorecard.all : this.planned();
    for (const member of audience) this.announceTo(member);
    this.outbox.scorecardChanged();
    this.advance(now);
  }

  private content(): Content {
    const { carried, planning, plan } = this;
    return { carried, proactive: plan.proactiveParity === undefined ? undefined : planning };
  }

  private announcement(): Announcement {
    const { number: transmission, source, root } = this;
    const { mode, units, parity, proactiveParity } = this.plan;
    const listeners = this.scorecard.current.length;
    const firstSequence = this.flow.firstSequence;
    return announcementOf(this.options, {
      ...{ transmission, mode, units, parity, proactiveParity, firstSequence, source, root, listeners },
    });
  }

  private announceTo(member: Member): void {
    const wasTold = this.gathering?.announceTo(member) === true;
    if (wasTold && this.paused) this.outbox.tell(member, { type: 'pause', transfer: this.options.transfer });
  }

  private planned(): Member[] {
    return this.plan.students.flatMap((id) => this.scorecard.member(id) ?? []);
  }

  private ready(member: Member, message: { transmission: number; probeSeen: boolean }, now: number): void {
    if (this.gathering?.ready(member, message) !== true) return;
    if (message.probeSeen) this.flow.running?.addListener(member.id);
    this.advance(now);
  }

  private probeDue(now: number): boolean {
    return (this.phase === 'gathering' || this.phase === 'transmitting') && this.gathering?.probeDue(now) === true;
  }

  // --- Transmitting and filling ---

  private transmit(now: number): void {
    if (this.plan.mode === 'tcp') return this.startFills(now);
    if (this.gathering?.hasListeners !== true) return this.transmitted(now);
    this.phase = 'transmitting';
    const listeners = this.scorecard.all.filter((member) => member.probe === 'seen').map((member) => member.id);
    this.flow.begin(listeners, this.scorecard.current.length, now);
  }

  private get isTransmitting(): boolean {
    return this.phase === 'transmitting' && !this.paused;
  }

  private controlRate(now: number): void {
    for (const { student, why } of this.flow.judge(now)) {
      const member = this.scorecard.member(student);
      if (member !== undefined) member.why = `${why}: it catches up later`;
      this.outbox.scorecardChanged();
    }
  }

  private transmitted(now: number): void {
    this.flow.finish(now);
    this.seal(now);
  }

  private startFills(now: number): void {
    this.phase = 'filling';
    this.filling.begin(this.planned(), this.plan.units, now);
    this.advance(now);
  }

  private seal(now: number): void {
    this.phase = 'sealing';
    if (this.root !== undefined) this.end(now);
    else this.outbox.push({ kind: 'findRoot' });
  }

  private end(now: number): void {
    const { transfer } = this.options;
    const lastSequence = serialAdd(this.flow.firstSequence, -1);
    this.reporting.ask({ type: 'end', transfer, transmission: this.number, lastSequence, root: this.root ?? '' }, now);
    this.flow.close();
    this.phase = 'reporting';
    this.advance(now);
  }

  /** Ends what is being sent for a student: it is gone, or over, or begins anew. */
  private detach(student: string): void {
    this.flow.running?.removeListener(student);
    this.filling.end(student);
    this.outbox.scorecardChanged();
  }

  // --- Time ---

  /** Goes on to the next phase as soon as the present one has what it waits for. */
  private advance(now: number): void {
    if (this.phase === 'gathering' && this.gathering?.isComplete(now) === true) return this.transmit(now);
    if (this.phase === 'transmitting' && this.gathering?.hasListeners !== true) return this.transmitted(now);
    if (this.phase === 'filling' && this.filling.isDone) return this.seal(now);
    if (this.phase === 'reporting' && this.reporting.isComplete(now)) return this.planNext(now);
    if (this.phase === 'waiting') {
      if (this.scorecard.current.some((member) => member.connected && member.reportDueSince === undefined))
        return this.planNext(now);
      this.settle(now);
    }
  }

  private phaseDeadlines(now: number): number[] {
    if (this.phase === 'reporting') return [this.reporting.deadline];
    const { gathering } = this;
    if (gathering === undefined) return [];
    if (this.phase === 'gathering') return [gathering.deadline, gathering.probeDeadline];
    if (this.phase !== 'transmitting') return [];
    return this.paused ? [gathering.probeDeadline] : [...this.flow.deadlines(now), gathering.probeDeadline];
  }
}
