import type { StudentIdentity } from '../../src-shared/ipc/events';
import { decodeRanges } from '../../src-shared/ranges/range-codec';
import { EMPTY, intersect, sizeOf, span } from '../../src-shared/ranges/range-set';
import { serialAdd } from '../../src-shared/ranges/serial-number';
import { DATA, PROBE, splitTransferId } from '../../src-shared/wire/data-datagram';
import type { StudentMessage } from '../../src-shared/wire/messages';
import type { Progress } from '../../src-shared/wire/progress';
import { WireError } from '../../src-shared/wire/wire-error';
import { type Announcement, announcementOf, progressDatagrams } from './announcement';
import { Fills } from './fill-queue';
import { Gathering } from './gathering';
import { type MemberDeadline, memberDeadline } from './member-deadline';
import { Pace } from './pace';
import { EXPIRY_CHECK_MS, MAX_RETURNS, MIN_WINDOW_DATAGRAMS, REPORT_PATIENCE_MS, WINDOW_REPORTS } from './params';
import { planRepair, type RepairPlan } from './retransmission-planner';
import { type HeldState, type Member, needOf, Scorecard } from './scorecard';
import type { DueDatagram, DueFill, SenderOptions, SenderOutput, SenderState } from './sender-io';
import { SenderOutbox } from './sender-outbox';
import type { TransferLayout } from './transfer-layout';
import { Transmission } from './transmission';

type Phase =
  /** The class enrolls; `start` has not been called. */
  | 'idle'
  /** Between transmissions; nobody can be served right now. */
  | 'waiting'
  /** The driver opens the data channel. */
  | 'opening'
  /** Announced; students elect and listen for probes. */
  | 'gathering'
  | 'transmitting'
  /** Everything is sent; the driver finds the root. */
  | 'sealing'
  | 'filling'
  | 'reporting'
  | 'finished';

/**
 * The teacher's side of one transfer: announcements, transmissions, reports, rounds (PROTOCOL.md section 4.2), sans-IO.
 * Feed it inputs with `now` (ms, monotonic), drain `outputs()`, send what `nextDatagram` and `nextFill` give, call `timeout` at `deadline`.
 */
export class Sender {
  readonly scorecard: Scorecard;
  private phase: Phase = 'idle';
  private paused = false;
  private plan: RepairPlan = { mode: 'plain', students: [], units: EMPTY, why: '', givenUp: [] };
  private number: number;
  private sequence: number;
  private rounds = 0;
  private source: { address: string; port: number } | undefined;
  private root: string | undefined;
  private running: Transmission | undefined;
  private announcement: Announcement | undefined;
  private gathering: Gathering | undefined;
  private fills: Fills;
  private fillMovedAt = 0;
  private reportUntil = 0;
  /** When members are next looked at for having taken too long. */
  private expiryAt: number;
  private resentBytes: number;
  private filledBytes: number;
  private readonly pace: Pace;
  private readonly outbox: SenderOutbox;
  private readonly ids: { transferHigh: number; transferLow: number };

  constructor(
    private readonly layout: TransferLayout,
    private readonly options: SenderOptions,
    private readonly startedAt: number,
  ) {
    this.scorecard = new Scorecard(layout);
    this.number = (options.resumed?.transmission ?? 0) - 1;
    this.sequence = options.resumed?.sequence ?? 0;
    this.resentBytes = options.resumed?.resentBytes ?? 0;
    this.filledBytes = options.resumed?.filledBytes ?? 0;
    this.expiryAt = startedAt + EXPIRY_CHECK_MS;
    this.fills = new Fills(layout);
    this.pace = new Pace(options.rate, layout.payloadBytes, startedAt);
    this.outbox = new SenderOutbox(options.transfer, layout, this.scorecard);
    this.ids = splitTransferId(options.transfer);
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
    this.running?.removeListener(student.id);
    this.fills.end(student.id);
    this.outbox.scorecardChanged();
    if (held !== undefined && (member.missing.length > 0 || !member.current))
      this.outbox.report(member, student.ip, this.number);
    if (member.outcome === 'complete') return this.settle(now);
    if (member.returns > MAX_RETURNS) {
      this.fail(member, 'it came and went too often');
      return this.settle(now);
    }
    if (this.plan.mode === 'plain' && (this.phase === 'gathering' || this.phase === 'transmitting'))
      this.announceTo(member);
    else if (this.number >= 0) this.advance(now);
  }

  /** A control connection is gone. `left`: the student said so, and will not be waited for. */
  disconnected(id: string, left: string | undefined, now: number): void {
    const member = this.scorecard.member(id);
    if (member === undefined || !member.connected || this.phase === 'finished') return;
    member.connected = false;
    member.awaySince = now;
    this.running?.removeListener(id);
    this.fills.end(id);
    this.outbox.scorecardChanged();
    if (left !== undefined) this.fail(member, left);
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
        return this.elected(member, message, now);
      case 'ready':
        return this.ready(member, message, now);
      case 'report':
        return this.reported(member, message, attachment, now);
      case 'complete':
        return this.completed(member, now);
      case 'failed':
        this.fail(member, message.reason);
        return this.advance(now);
    }
  }

  progress(id: string, progress: Progress): void {
    if (progress.transmission === this.number) this.running?.progress(id, progress.highest, progress.received);
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
    this.closeData();
    for (const member of this.scorecard.all) {
      this.outbox.tell(member, { type: 'cancel', transfer: this.options.transfer, reason });
      if (member.outcome === 'open' || member.outcome === 'storing') this.fail(member, reason);
    }
    this.finish(now);
  }

  setPaused(paused: boolean, now: number): void {
    if (this.paused === paused || this.phase === 'finished') return;
    this.paused = paused;
    this.running?.forgetStall();
    this.fillMovedAt = now;
    for (const member of this.scorecard.all) {
      this.outbox.tell(member, { type: paused ? 'pause' : 'resume', transfer: this.options.transfer });
    }
    if (!paused) for (const id of this.fills.students) this.outbox.push({ kind: 'fill', to: id });
  }

  /** Call at `deadline`, or any time later. */
  timeout(now: number): void {
    if (this.phase === 'finished') return;
    if (this.phase === 'transmitting' && !this.paused) this.controlRate(now);
    this.expireMembers(now);
    this.advance(now);
  }

  // --- Outputs ---

  /** Takes what the driver has to do, in order. */
  outputs(): SenderOutput[] {
    return this.outbox.drain(this.plan.mode, this.number);
  }

  /** The datagram that may leave now, if any. Call `datagramSent` once it is on its way. */
  nextDatagram(now: number): DueDatagram | undefined {
    if (this.probeDue(now)) return this.probe();
    const running = this.running;
    if (this.phase !== 'transmitting' || this.paused || running === undefined || running.done) return undefined;
    if (!this.pace.allows(running, now)) return undefined;
    const { unit, sequence } = running.next;
    const header = {
      kind: DATA,
      transmission: this.number,
      ...this.ids,
      sequence,
      offset: this.layout.offsetOf(unit),
    } as const;
    return { header, unit };
  }

  /** Chunks that the next datagrams will need: read them ahead. */
  chunksAhead(count: number): readonly number[] {
    return this.running?.chunksAhead(this.layout, count) ?? [];
  }

  /** Tells that the datagram of `nextDatagram` was handed to the data channel. */
  datagramSent(datagram: DueDatagram, now: number): void {
    if (datagram.unit === undefined) {
      this.gathering?.probeSent(now);
      return;
    }
    const bytes = this.layout.lengthOf(datagram.unit);
    this.pace.take(bytes);
    this.running?.advance(bytes);
    if (this.running?.done === true) this.transmitted(now);
  }

  /** Units that this student's connection should carry next, if any; calling it takes them. */
  nextFill(id: string, now: number): DueFill | undefined {
    if (this.phase !== 'filling' || this.paused) return undefined;
    const range = this.fills.take(id);
    if (range === undefined) return undefined;
    this.fillMovedAt = now;
    this.filledBytes += this.layout.bytesIn([range]);
    return { transmission: this.number, first: range[0], count: range[1] - range[0] };
  }

  /** Call when the units of the last `nextFill` were handed to the connection. */
  fillSent(id: string, now: number): void {
    if (!this.fills.isTaken(id)) return;
    this.fills.end(id);
    this.advance(now);
  }

  /** When `timeout` (or `nextDatagram`) wants to be called next, ms; undefined when only an input can move it on. */
  deadline(now: number): number | undefined {
    if (this.phase === 'finished') return undefined;
    return Math.min(this.expiryAt, ...this.phaseDeadlines(now));
  }

  get isFinished(): boolean {
    return this.phase === 'finished';
  }

  /** What a journal needs to go on after a crash. */
  state(): SenderState {
    return {
      transmission: this.number + 1,
      // Numbers of the running transmission may have been used: none of them is used again.
      sequence: serialAdd(this.sequence, sizeOf(this.plan.units)),
      resentBytes: this.resentBytes,
      filledBytes: this.filledBytes,
      members: this.scorecard.all.map(({ id, name, ip, outcome, missing }) => ({
        id,
        name,
        ip,
        outcome: outcome === 'storing' ? 'open' : outcome,
        missing,
      })),
    };
  }

  /** What windows and terminals show of the running transmission. */
  view() {
    return {
      phase: this.phase,
      paused: this.paused,
      number: this.number,
      plan: this.plan,
      rate: this.phase === 'transmitting' && !this.paused ? this.pace.rate : 0,
      fillsLeft: this.phase === 'filling' ? this.fills.share : 0,
      running: this.running,
      resentBytes: this.resentBytes,
      filledBytes: this.filledBytes,
      startedAt: this.startedAt,
    };
  }

  // --- Planning ---

  private planNext(now: number): void {
    const ready = this.scorecard.current.filter((member) => member.connected && member.reportDueSince === undefined);
    const first = this.number < 0;
    if (!first && ready.length === 0) return this.wait(now);
    const next = first ? this.firstPlan(ready) : this.repairPlan(ready);
    for (const { id, reason } of next.givenUp) {
      const member = this.scorecard.member(id);
      if (member !== undefined) this.fail(member, reason);
    }
    if (next.students.length === 0) return this.wait(now);
    this.begin(next, now);
  }

  private firstPlan(members: readonly Member[]): RepairPlan {
    const units = span(0, this.layout.unitCount);
    const students = members.map((member) => member.id);
    if (units.length === 0) return { mode: 'tcp', students, units, why: 'there are no bytes to send', givenUp: [] };
    return { mode: 'plain', students, units, why: 'the first transmission', givenUp: [] };
  }

  private repairPlan(members: readonly Member[]): RepairPlan {
    const { repair, maxRounds } = this.options;
    return planRepair(members.map(needOf), this.layout, { repair, maxRounds, rounds: this.rounds });
  }

  private begin(plan: RepairPlan, now: number): void {
    this.plan = plan;
    this.number++;
    if (plan.mode === 'plain' && this.number > 0) this.rounds++;
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
    if (this.scorecard.all.every((member) => member.outcome === 'complete' || member.outcome === 'failed'))
      this.finish(now);
  }

  private finish(now: number): void {
    this.closeData();
    this.phase = 'finished';
    this.outbox.tellScorecard(this.plan.mode, this.number);
    const complete = this.scorecard.all.filter((member) => member.outcome === 'complete').map((member) => member.id);
    const failed = this.scorecard.all
      .filter((member) => member.outcome === 'failed')
      .map((member) => ({ id: member.id, reason: member.why }));
    for (const member of this.scorecard.all)
      this.outbox.tell(member, { type: 'finished', transfer: this.options.transfer });
    this.outbox.event({
      event: 'finished',
      transfer: this.options.transfer,
      ok: failed.length === 0 && complete.length > 0,
      complete,
      failed,
      bytes: this.layout.totalBytes,
      resentBytes: this.resentBytes,
      filledBytes: this.filledBytes,
      transmissions: this.number + 1,
      durationMs: Math.round(now - this.startedAt),
    });
    this.outbox.push({ kind: 'done' });
  }

  // --- Announcing and gathering ---

  private gather(now: number): void {
    this.phase = 'gathering';
    this.gathering = new Gathering(() => this.scorecard.all, now);
    this.running = this.plan.mode === 'plain' ? this.newTransmission(now) : undefined;
    const { mode, units, students, why } = this.plan;
    this.outbox.event({
      event: 'announced',
      transfer: this.options.transfer,
      transmission: this.number,
      mode,
      ranges: this.layout.toBytes(units),
      bytes: this.layout.bytesIn(units),
      students,
      why,
    });
    this.announcement = undefined;
    // Everybody hears of a multicast transmission and elects for itself (A6, A7); a fill concerns only those it serves.
    const audience = mode === 'plain' ? this.scorecard.all : this.planned();
    for (const member of audience) this.announceTo(member);
    this.outbox.scorecardChanged();
    this.advance(now);
  }

  private announceTo(member: Member): void {
    if (!member.connected || member.outcome === 'failed') return;
    member.announced = true;
    this.announcement ??= this.announce();
    const { bare, whole, units } = this.announcement;
    this.outbox.tell(member, member.offered || member.outcome === 'complete' ? bare : whole, units);
    member.offered = true;
    if (this.paused) this.outbox.tell(member, { type: 'pause', transfer: this.options.transfer });
  }

  private announce(): Announcement {
    const { number: transmission, sequence: firstSequence, source, root } = this;
    const { mode, units } = this.plan;
    const listeners = this.scorecard.current.length;
    return announcementOf(this.options, { transmission, mode, units, firstSequence, source, root, listeners });
  }

  private planned(): Member[] {
    return this.plan.students.flatMap((id) => this.scorecard.member(id) ?? []);
  }

  private elected(member: Member, message: { transmission: number; join: boolean; why: string }, now: number): void {
    if (message.transmission !== this.number || !member.announced || member.elected !== undefined) return;
    member.elected = message.join;
    member.probe = message.join && this.plan.mode === 'plain' ? 'awaited' : 'none';
    if (member.probe === 'awaited') this.gathering?.listening(now);
    member.why = this.plan.mode === 'tcp' && message.join ? this.plan.why : '';
    this.outbox.event({
      event: 'elected',
      student: member.id,
      transmission: this.number,
      join: message.join,
      why: message.why,
    });
    this.outbox.scorecardChanged();
    this.advance(now);
  }

  private ready(member: Member, message: { transmission: number; probeSeen: boolean }, now: number): void {
    if (message.transmission !== this.number || member.probe !== 'awaited') return;
    member.probe = message.probeSeen ? 'seen' : 'none';
    if (message.probeSeen) this.running?.addListener(member.id);
    else {
      member.multicastPath = false;
      member.why = 'no multicast reaches it; TCP will, after the class';
    }
    this.outbox.scorecardChanged();
    this.advance(now);
  }

  /** Probes go out while the class gathers, and for each late joiner until it has heard one. */
  private probeDue(now: number): boolean {
    return (this.phase === 'gathering' || this.phase === 'transmitting') && this.gathering?.probeDue(now) === true;
  }

  private probe(): DueDatagram {
    const header = { kind: PROBE, transmission: this.number, ...this.ids, sequence: this.sequence, offset: 0 } as const;
    return { header, unit: undefined };
  }

  private somebodyListens(): boolean {
    return this.scorecard.all.some(
      (member) => member.connected && member.outcome === 'open' && member.probe !== 'none',
    );
  }

  // --- Transmitting and filling ---

  private transmit(now: number): void {
    if (this.plan.mode === 'tcp') return this.startFills(now);
    if (!this.somebodyListens()) return this.transmitted(now);
    this.phase = 'transmitting';
    this.running = this.restarted(now);
    this.pace.begin(now);
  }

  private newTransmission(now: number): Transmission {
    const reports = WINDOW_REPORTS * progressDatagrams(this.scorecard.current.length);
    const window = Math.max(MIN_WINDOW_DATAGRAMS, reports);
    return new Transmission(this.plan.units, this.sequence, now, window);
  }

  /** The transmission's clock starts with its first datagram, not with its announcement. */
  private restarted(now: number): Transmission {
    const running = this.newTransmission(now);
    for (const member of this.scorecard.all) if (member.probe === 'seen') running.addListener(member.id);
    return running;
  }

  private controlRate(now: number): void {
    if (this.running === undefined) return;
    for (const { student, why } of this.pace.judge(this.running, now)) {
      const member = this.scorecard.member(student);
      if (member !== undefined) member.why = `${why}: it catches up later`;
      this.outbox.scorecardChanged();
    }
  }

  private transmitted(now: number): void {
    const running = this.running;
    if (running !== undefined) {
      this.outbox.event({
        event: 'transmitted',
        transmission: this.number,
        datagrams: running.sent,
        payloadBytes: running.sentBytes,
        firstSequence: running.firstSequence,
        lastSequence: running.lastSequence,
        durationMs: Math.round(now - running.startedAt),
      });
      this.sequence = serialAdd(this.sequence, running.sent);
      if (this.number > 0) this.resentBytes += running.sentBytes;
    }
    this.seal(now);
  }

  private startFills(now: number): void {
    this.phase = 'filling';
    this.fills = new Fills(this.layout);
    this.fillMovedAt = now;
    for (const member of this.planned()) {
      if (!member.connected) continue;
      // Counted for one that stays off as well: nobody is offered a fill for ever.
      member.fills++;
      if (member.elected !== true) continue;
      this.fills.begin(member.id, intersect(member.missing, this.plan.units));
      this.outbox.push({ kind: 'fill', to: member.id });
    }
    this.advance(now);
  }

  private seal(now: number): void {
    this.phase = 'sealing';
    if (this.root !== undefined) this.end(now);
    else this.outbox.push({ kind: 'findRoot' });
  }

  private end(now: number): void {
    const { transfer } = this.options;
    const lastSequence = serialAdd(this.sequence, -1);
    const root = this.root ?? '';
    for (const member of this.scorecard.all) {
      if (!member.connected || !member.announced || member.outcome !== 'open') continue;
      Object.assign(member, { reportDueSince: now, reportDueFor: this.number });
      this.outbox.tell(member, { type: 'end', transfer, transmission: this.number, lastSequence, root });
    }
    this.closeData();
    this.phase = 'reporting';
    this.reportUntil = now + REPORT_PATIENCE_MS;
    this.advance(now);
  }

  private closeData(): void {
    if (this.running === undefined) return;
    this.running = undefined;
    this.outbox.push({ kind: 'closeData' });
    this.outbox.event({ event: 'dataChannel', transmission: this.number, state: 'closed' });
  }

  // --- Reports and outcomes ---

  private reported(
    member: Member,
    message: { transmission: number; ip: string; forged: number },
    attachment: Uint8Array,
    now: number,
  ): void {
    if (member.outcome !== 'open' || member.reportDueSince === undefined) return;
    // A late report is of the transmission that it was asked about, not of the one that runs now.
    if (message.transmission !== member.reportDueFor) return;
    const missing = decodeRanges(attachment, this.layout.unitCount);
    if (message.forged > this.layout.chunkCount + 1)
      throw new WireError('a report counts more forged chunks than there are');
    this.scorecard.report(member, missing, message.forged, this.plan.mode, this.plan.units);
    this.outbox.report(member, message.ip, message.transmission);
    if (!member.current) Object.assign(member, { outcome: 'storing', storingSince: now });
    this.outbox.scorecardChanged();
    this.outbox.push({ kind: 'save' });
    this.advance(now);
  }

  private completed(member: Member, now: number): void {
    if (member.outcome === 'failed') return;
    Object.assign(member, { outcome: 'complete', current: false, missing: EMPTY, reportDueSince: undefined, why: '' });
    this.running?.removeListener(member.id);
    this.fills.end(member.id);
    this.outbox.scorecardChanged();
    this.outbox.push({ kind: 'save' });
    this.advance(now);
  }

  /** Records a loss that is not repaired: which student, which ranges, why (requirement A11). */
  private fail(member: Member, reason: string): void {
    if (member.outcome === 'failed' || member.outcome === 'complete') return;
    Object.assign(member, { outcome: 'failed', current: false, why: reason, reportDueSince: undefined });
    this.running?.removeListener(member.id);
    this.fills.end(member.id);
    this.outbox.scorecardChanged();
    this.outbox.unrecoverable(member, reason);
    this.outbox.push({ kind: 'save' });
  }

  private expireMembers(now: number): void {
    if (now < this.expiryAt) return;
    this.expiryAt = now + EXPIRY_CHECK_MS;
    for (const member of this.scorecard.all) {
      const due = this.memberDeadline(member);
      if (due === undefined || now < due.at) continue;
      this.fail(member, due.reason);
    }
  }

  private memberDeadline(member: Member): MemberDeadline | undefined {
    const filling = this.phase === 'filling' && !this.paused && this.fills.has(member.id);
    return memberDeadline(member, filling ? this.fillMovedAt : undefined, this.options.rejoinGraceMs);
  }

  // --- Time ---

  /** Goes on to the next phase as soon as the present one has what it waits for. */
  private advance(now: number): void {
    if (this.phase === 'gathering' && this.gathering?.isComplete(now) === true) return this.transmit(now);
    if (this.phase === 'transmitting' && !this.somebodyListens()) return this.transmitted(now);
    if (this.phase === 'filling' && this.fills.done) return this.seal(now);
    if (this.phase === 'reporting' && (now >= this.reportUntil || !this.reportsDue())) return this.planNext(now);
    if (this.phase === 'waiting') {
      if (this.scorecard.current.some((member) => member.connected && member.reportDueSince === undefined))
        return this.planNext(now);
      this.settle(now);
    }
  }

  private reportsDue(): boolean {
    return this.scorecard.all.some(
      (member) => member.connected && member.outcome === 'open' && member.reportDueSince !== undefined,
    );
  }

  private phaseDeadlines(now: number): number[] {
    if (this.phase === 'reporting') return [this.reportUntil];
    const { gathering, running } = this;
    if (gathering === undefined) return [];
    if (this.phase === 'gathering') return [gathering.deadline, gathering.probeDeadline];
    if (this.phase !== 'transmitting' || running === undefined) return [];
    return this.paused ? [gathering.probeDeadline] : [...this.pace.deadlines(running, now), gathering.probeDeadline];
  }
}
