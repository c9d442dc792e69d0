import type { StudentIdentity, TeacherEvent } from '../../src-shared/ipc/events';
import { decodeRanges, encodeRanges } from '../../src-shared/ranges/range-codec';
import { EMPTY, intersect, sizeOf, span } from '../../src-shared/ranges/range-set';
import { serialAdd } from '../../src-shared/ranges/serial-number';
import { DATA, HEADER_BYTES, PROBE, splitTransferId } from '../../src-shared/wire/data-datagram';
import type { Announce, StudentMessage, TeacherMessage } from '../../src-shared/wire/messages';
import type { Progress } from '../../src-shared/wire/progress';
import { WireError } from '../../src-shared/wire/wire-error';
import { FillQueue } from './fill-queue';
import {
  FILL_STALL_MS,
  GATHER_PATIENCE_MS,
  MAX_PROGRESS_MS,
  MIN_PROGRESS_MS,
  PROBE_INTERVAL_MS,
  PROBE_PATIENCE_MS,
  PROGRESS_PER_SECOND,
  REJOIN_GRACE_MS,
  REPORT_LIMIT_MS,
  REPORT_PATIENCE_MS,
  STORE_LIMIT_MS,
} from './params';
import { RateControl } from './rate-control';
import { planRepair, type RepairPlan } from './retransmission-planner';
import { type HeldState, type Member, needOf, Scorecard } from './scorecard';
import type { DueDatagram, DueFill, SenderOptions, SenderOutput, SenderState } from './sender-io';
import { TokenBucket } from './token-bucket';
import type { TransferLayout } from './transfer-layout';
import { Transmission } from './transmission';

type Phase =
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
  private phase: Phase = 'waiting';
  private paused = false;
  private plan: RepairPlan = { mode: 'plain', students: [], units: EMPTY, why: '', givenUp: [] };
  private number: number;
  private sequence: number;
  private rounds = 0;
  private source: { address: string; port: number } | undefined;
  private root: string | undefined;
  private running: Transmission | undefined;
  private announcement: { bare: Announce; whole: Announce; units: Uint8Array } | undefined;
  private readonly fills = new Map<string, FillQueue>();
  private fillMovedAt = 0;
  private gatherUntil = 0;
  private probeAt = 0;
  private reportUntil = 0;
  private resentBytes: number;
  private filledBytes: number;
  private intervalStart = { at: 0, sent: 0 };
  private readonly rate: RateControl;
  private readonly bucket: TokenBucket;
  private readonly queue: SenderOutput[] = [];
  private scorecardChanged = false;
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
    this.rate = new RateControl(startedAt, options.rate === 'auto' ? {} : { fixed: options.rate });
    this.bucket = new TokenBucket(this.rate.rate, HEADER_BYTES + layout.payloadBytes, startedAt);
    this.ids = splitTransferId(options.transfer);
  }

  // --- Inputs ---

  /** Enrolls the class and begins: transmission 0, or the next round of an interrupted transfer. */
  start(now: number): void {
    this.planNext(now);
  }

  /** A student enrolled, or came back. In the middle of a transmission it joins the rest of it. */
  enroll(student: StudentIdentity, held: HeldState | undefined, now: number): void {
    if (this.phase === 'finished') return;
    const member = this.scorecard.enroll(student, held);
    this.running?.removeListener(student.id);
    this.fills.delete(student.id);
    this.scorecardChanged = true;
    if (held !== undefined && (member.missing.length > 0 || !member.current)) this.emitReport(member, student.ip);
    if (member.outcome === 'complete') return this.settle(now);
    if (this.plan.mode === 'plain' && (this.phase === 'gathering' || this.phase === 'transmitting'))
      this.announceTo(member);
    else if (this.phase === 'waiting' && this.number >= 0) this.planNext(now);
  }

  /** A control connection is gone. `left`: the student said so, and will not be waited for. */
  disconnected(id: string, left: string | undefined, now: number): void {
    const member = this.scorecard.member(id);
    if (member === undefined || !member.connected || this.phase === 'finished') return;
    member.connected = false;
    member.awaySince = now;
    this.running?.removeListener(id);
    this.fills.delete(id);
    this.scorecardChanged = true;
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
    if (this.phase !== 'opening') return;
    this.source = source;
    this.emit({ event: 'dataChannel', transmission: this.number, state: 'open' });
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
      this.tell(member, { type: 'cancel', transfer: this.options.transfer, reason });
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
      this.tell(member, { type: paused ? 'pause' : 'resume', transfer: this.options.transfer });
    }
    if (!paused) for (const id of this.fills.keys()) this.queue.push({ kind: 'fill', to: id });
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
    if (this.scorecardChanged) this.emitScorecard();
    return this.queue.splice(0);
  }

  /** The datagram that may leave now, if any. Call `datagramSent` once it is on its way. */
  nextDatagram(now: number): DueDatagram | undefined {
    if (this.probeDue(now)) return this.probe();
    const running = this.running;
    if (this.phase !== 'transmitting' || this.paused || running === undefined || running.done) return undefined;
    if (!this.bucket.allows(now) || running.windowFull(now)) return undefined;
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

  /** Tells that the datagram of `nextDatagram` was handed to the data channel. */
  datagramSent(datagram: DueDatagram, now: number): void {
    if (datagram.unit === undefined) {
      this.probeAt = this.awaitingProbe() ? now + PROBE_INTERVAL_MS : Number.POSITIVE_INFINITY;
      return;
    }
    const bytes = this.layout.lengthOf(datagram.unit);
    this.bucket.take(HEADER_BYTES + bytes);
    this.running?.advance(bytes);
    if (this.running?.done === true) this.transmitted(now);
  }

  /** Units that this student's connection should carry next, if any; calling it takes them. */
  nextFill(id: string, now: number): DueFill | undefined {
    if (this.phase !== 'filling' || this.paused) return undefined;
    const fill = this.fills.get(id);
    const range = fill?.take();
    if (fill === undefined || range === undefined) return undefined;
    this.fillMovedAt = now;
    this.filledBytes += this.layout.bytesIn([range]);
    return { transmission: this.number, first: range[0], count: range[1] - range[0] };
  }

  /** Call when the units of the last `nextFill` were handed to the connection. */
  fillSent(id: string, now: number): void {
    if (this.fills.get(id)?.empty !== true) return;
    this.fills.delete(id);
    this.advance(now);
  }

  /** Share 0…1 of the running fills that has not been taken yet. */
  fillsLeft(): number {
    const left = [...this.fills.values()].reduce((sum, fill) => sum + fill.left, 0);
    const asked = this.planned().reduce((sum, member) => sum + sizeOf(member.missing), 0);
    return asked === 0 ? 0 : Math.min(1, left / asked);
  }

  /** When `timeout` (or `nextDatagram`) wants to be called next, ms; undefined when only an input can move it on. */
  deadline(now: number): number | undefined {
    if (this.phase === 'finished') return undefined;
    return Math.min(...this.phaseDeadlines(now), ...this.memberDeadlines(), Number.POSITIVE_INFINITY);
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
      rate: this.phase === 'transmitting' && !this.paused ? this.rate.rate : 0,
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
    this.queue.push({ kind: 'save' });
    if (plan.mode === 'tcp') return this.gather(now);
    this.phase = 'opening';
    this.queue.push({ kind: 'openData', transmission: this.number });
  }

  private wait(now: number): void {
    this.phase = 'waiting';
    this.settle(now);
  }

  /** Finishes when everybody has an outcome. */
  private settle(now: number): void {
    if (this.phase === 'finished' || this.phase === 'opening') return;
    if (this.scorecard.all.every((member) => member.outcome === 'complete' || member.outcome === 'failed'))
      this.finish(now);
  }

  private finish(now: number): void {
    this.closeData();
    this.phase = 'finished';
    this.emitScorecard();
    const complete = this.scorecard.all.filter((member) => member.outcome === 'complete').map((member) => member.id);
    const failed = this.scorecard.all
      .filter((member) => member.outcome === 'failed')
      .map((member) => ({ id: member.id, reason: member.why }));
    for (const member of this.scorecard.all) this.tell(member, { type: 'finished', transfer: this.options.transfer });
    this.emit({
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
    this.queue.push({ kind: 'done' });
  }

  // --- Announcing and gathering ---

  private gather(now: number): void {
    this.phase = 'gathering';
    this.gatherUntil = now + GATHER_PATIENCE_MS;
    this.probeAt = Number.POSITIVE_INFINITY;
    this.running = this.plan.mode === 'plain' ? new Transmission(this.plan.units, this.sequence, now) : undefined;
    const { mode, units, students, why } = this.plan;
    this.emit({
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
    this.scorecardChanged = true;
    this.advance(now);
  }

  private announceTo(member: Member): void {
    if (!member.connected || member.outcome === 'failed') return;
    member.announced = true;
    // One object for all: the driver encodes it once.
    this.announcement ??= this.makeAnnouncement();
    const { bare, whole, units } = this.announcement;
    this.tell(member, member.offered || member.outcome === 'complete' ? bare : whole, units);
    member.offered = true;
  }

  private makeAnnouncement() {
    const { transfer, group, port, offer } = this.options;
    const bare: Announce = {
      type: 'announce',
      transfer,
      transmission: this.number,
      mode: this.plan.mode,
      group,
      port,
      ...(this.source === undefined ? {} : { source: this.source }),
      firstSequence: this.sequence,
      progressMs: this.progressInterval(),
      probeMs: PROBE_PATIENCE_MS,
      ...(this.root === undefined ? {} : { root: this.root }),
    };
    return { bare, whole: { ...bare, offer }, units: encodeRanges(this.plan.units) };
  }

  private progressInterval(): number {
    const interval = (this.scorecard.current.length * 1000) / PROGRESS_PER_SECOND;
    return Math.round(Math.min(MAX_PROGRESS_MS, Math.max(MIN_PROGRESS_MS, interval)));
  }

  private planned(): Member[] {
    return this.plan.students.flatMap((id) => this.scorecard.member(id) ?? []);
  }

  private elected(member: Member, message: { transmission: number; join: boolean; why: string }, now: number): void {
    if (message.transmission !== this.number || !member.announced || member.elected !== undefined) return;
    member.elected = message.join;
    member.probe = message.join && this.plan.mode === 'plain' ? 'awaited' : 'none';
    if (member.probe === 'awaited') this.probeAt = Math.min(this.probeAt, now);
    member.why = this.plan.mode === 'tcp' && message.join ? this.plan.why : '';
    this.emit({
      event: 'elected',
      student: member.id,
      transmission: this.number,
      join: message.join,
      why: message.why,
    });
    this.scorecardChanged = true;
    this.advance(now);
  }

  private ready(member: Member, message: { transmission: number; probeSeen: boolean }, now: number): void {
    if (message.transmission !== this.number || member.probe !== 'awaited') return;
    member.probe = message.probeSeen ? 'seen' : 'none';
    if (message.probeSeen) this.running?.addListener(member.id);
    else {
      member.multicastPath = false;
      member.why = 'no multicast reaches it: it gets its data over TCP';
    }
    this.scorecardChanged = true;
    this.advance(now);
  }

  /** Probes go out while the class gathers, and for each late joiner until it has heard one. */
  private probeDue(now: number): boolean {
    return now >= this.probeAt && (this.phase === 'gathering' || this.phase === 'transmitting');
  }

  private awaitingProbe(): boolean {
    return this.scorecard.all.some((member) => member.connected && member.probe === 'awaited');
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

  private gathered(now: number): boolean {
    if (now >= this.gatherUntil) return true;
    return this.scorecard.all.every(
      (member) =>
        !member.announced ||
        !member.connected ||
        member.outcome !== 'open' ||
        (member.elected !== undefined && member.probe !== 'awaited'),
    );
  }

  // --- Transmitting and filling ---

  private transmit(now: number): void {
    if (this.plan.mode === 'tcp') return this.startFills(now);
    if (!this.somebodyListens()) return this.transmitted(now);
    this.phase = 'transmitting';
    this.running = this.restarted(now);
    this.intervalStart = { at: now, sent: 0 };
  }

  /** The transmission's clock starts with its first datagram, not with its announcement. */
  private restarted(now: number): Transmission {
    const running = new Transmission(this.plan.units, this.sequence, now);
    for (const member of this.scorecard.all) if (member.probe === 'seen') running.addListener(member.id);
    return running;
  }

  private controlRate(now: number): void {
    const running = this.running;
    if (running === undefined) return;
    for (const { student, why } of [...running.moveOffStalled(now), ...running.moveOffSlow(now)]) {
      const member = this.scorecard.member(student);
      if (member !== undefined) member.why = `${why}: it catches up later`;
      this.scorecardChanged = true;
    }
    if (now < this.rate.deadline) return;
    const possible = ((now - this.intervalStart.at) / 1000) * this.rate.rate;
    const used = ((running.sent - this.intervalStart.sent) * this.layout.payloadBytes) / Math.max(1, possible);
    this.rate.judge(running.takeSamples(), used, now);
    this.bucket.setRate(this.rate.rate, now);
    this.intervalStart = { at: now, sent: running.sent };
  }

  private transmitted(now: number): void {
    const running = this.running;
    if (running !== undefined) {
      this.emit({
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
    this.fillMovedAt = now;
    for (const member of this.planned()) {
      if (!member.connected || member.elected !== true) continue;
      const units = intersect(member.missing, this.plan.units);
      member.fills++;
      if (units.length === 0) continue;
      this.fills.set(member.id, new FillQueue(units, this.layout.chunkUnits, this.layout.contentUnits));
      this.queue.push({ kind: 'fill', to: member.id });
    }
    this.advance(now);
  }

  private seal(now: number): void {
    this.phase = 'sealing';
    if (this.root !== undefined) this.end(now);
    else this.queue.push({ kind: 'findRoot' });
  }

  private end(now: number): void {
    const { transfer } = this.options;
    const lastSequence = serialAdd(this.sequence, -1);
    const root = this.root ?? '';
    for (const member of this.scorecard.all) {
      if (!member.connected || !member.announced || member.outcome !== 'open') continue;
      member.reportDueSince = now;
      this.tell(member, { type: 'end', transfer, transmission: this.number, lastSequence, root });
    }
    this.closeData();
    this.phase = 'reporting';
    this.reportUntil = now + REPORT_PATIENCE_MS;
    this.advance(now);
  }

  private closeData(): void {
    if (this.running === undefined) return;
    this.running = undefined;
    this.queue.push({ kind: 'closeData' });
    this.emit({ event: 'dataChannel', transmission: this.number, state: 'closed' });
  }

  // --- Reports and outcomes ---

  private reported(
    member: Member,
    message: { transmission: number; ip: string; forged: number },
    attachment: Uint8Array,
    now: number,
  ): void {
    if (member.outcome !== 'open' || member.reportDueSince === undefined || message.transmission !== this.number)
      return;
    const missing = decodeRanges(attachment, this.layout.unitCount);
    if (message.forged > this.layout.chunkCount + 1)
      throw new WireError('a report counts more forged chunks than there are');
    this.scorecard.report(member, missing, message.forged, this.plan.mode, this.plan.units);
    this.emitReport(member, message.ip);
    if (!member.current) Object.assign(member, { outcome: 'storing', storingSince: now });
    this.scorecardChanged = true;
    this.queue.push({ kind: 'save' });
    this.advance(now);
  }

  /** What a student misses, as it said in a report or when it came back. */
  private emitReport(member: Member, ip: string): void {
    this.emit({
      event: 'report',
      student: member.id,
      ip,
      transmission: Math.max(0, this.number),
      missing: this.layout.toBytes(member.missing),
      missingBytes: this.layout.bytesIn(member.missing),
    });
  }

  private completed(member: Member, now: number): void {
    if (member.outcome === 'failed') return;
    Object.assign(member, { outcome: 'complete', current: false, missing: EMPTY, reportDueSince: undefined, why: '' });
    this.scorecardChanged = true;
    this.queue.push({ kind: 'save' });
    this.advance(now);
  }

  /** Records a loss that is not repaired: which student, which ranges, why (requirement A11). */
  private fail(member: Member, reason: string): void {
    if (member.outcome === 'failed' || member.outcome === 'complete') return;
    Object.assign(member, { outcome: 'failed', current: false, why: reason, reportDueSince: undefined });
    this.running?.removeListener(member.id);
    this.fills.delete(member.id);
    this.scorecardChanged = true;
    this.emit({ event: 'unrecoverable', student: member.id, ranges: this.layout.toBytes(member.missing), reason });
    this.queue.push({ kind: 'save' });
  }

  private expireMembers(now: number): void {
    for (const member of this.scorecard.all) {
      const due = this.memberDeadline(member);
      if (due === undefined || now < due.at) continue;
      this.fail(member, due.reason);
    }
  }

  private memberDeadline(member: Member): { at: number; reason: string } | undefined {
    if (member.outcome === 'complete' || member.outcome === 'failed') return undefined;
    if (!member.connected) {
      const grace = this.options.rejoinGraceMs ?? REJOIN_GRACE_MS;
      return { at: member.awaySince + grace, reason: 'its connection was lost and it did not come back' };
    }
    if (member.outcome === 'storing')
      return { at: member.storingSince + STORE_LIMIT_MS, reason: 'it did not confirm that its files are stored' };
    if (member.reportDueSince !== undefined)
      return { at: member.reportDueSince + REPORT_LIMIT_MS, reason: 'it did not report what it misses' };
    if (this.phase === 'filling' && !this.paused && this.fills.has(member.id)) {
      return { at: this.fillMovedAt + FILL_STALL_MS, reason: 'it stopped taking its data over TCP' };
    }
    return undefined;
  }

  // --- Time ---

  /** Goes on to the next phase as soon as the present one has what it waits for. */
  private advance(now: number): void {
    if (this.phase === 'gathering' && this.gathered(now)) return this.transmit(now);
    if (this.phase === 'transmitting' && !this.somebodyListens()) return this.transmitted(now);
    if (this.phase === 'filling' && this.fills.size === 0) return this.seal(now);
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
    if (this.phase === 'gathering') return [this.gatherUntil, this.probeAt];
    if (this.phase === 'reporting') return [this.reportUntil];
    const running = this.running;
    if (this.phase !== 'transmitting' || running === undefined) return [];
    if (this.paused) return [this.probeAt];
    const pacing = running.windowFull(now) ? (running.stallDeadline ?? now) : this.bucket.allowedAt(now);
    return [this.rate.deadline, pacing, this.probeAt];
  }

  private memberDeadlines(): number[] {
    return this.scorecard.all.flatMap((member) => this.memberDeadline(member)?.at ?? []);
  }

  // --- Sending ---

  private tell(member: Member, message: TeacherMessage, attachment?: Uint8Array): void {
    if (!member.connected) return;
    this.queue.push({ kind: 'message', to: member.id, message, ...(attachment === undefined ? {} : { attachment }) });
  }

  private emit(event: TeacherEvent): void {
    this.queue.push({ kind: 'event', event });
  }

  private emitScorecard(): void {
    this.scorecardChanged = false;
    this.emit({
      event: 'scorecard',
      transfer: this.options.transfer,
      transmission: Math.max(0, this.number),
      permanent: this.scorecard.entries(this.plan.mode, this.number),
      current: this.scorecard.current.map((member) => member.id),
    });
  }
}
