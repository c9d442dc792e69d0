import type { ReceivedFile, StudentEvent } from '../../src-shared/ipc/events';
import { Bitmap } from '../../src-shared/ranges/bitmap';
import { decodeRanges, encodeRanges } from '../../src-shared/ranges/range-codec';
import { EMPTY, intersect, type RangeSet, sizeOf, span, subtract } from '../../src-shared/ranges/range-set';
import { serialAdd, serialDistance } from '../../src-shared/ranges/serial-number';
import { HEADER_BYTES, PROBE, readHeader, splitTransferId } from '../../src-shared/wire/data-datagram';
import type { Announce, StudentMessage, TeacherMessage } from '../../src-shared/wire/messages';
import { WireError } from '../../src-shared/wire/wire-error';
import { missingOnReturn } from './missing-on-return';
import { DRAIN_LIMIT_MS, DRAIN_QUIET_MS } from './params';
import { PositionReports } from './position-reports';
import type { DropReason, ReceiverOutput, ReceiverView, Verification } from './receiver-io';
import type { TransferLayout } from './transfer-layout';

type Phase =
  /** Between transmissions, or off the data channel by choice. */
  | 'idle'
  | 'preparing'
  | 'opening'
  /** On the data channel, nothing heard yet. */
  | 'listening'
  | 'receiving'
  /** `end` has come; the last datagrams may still be on their way. */
  | 'draining'
  | 'filling'
  | 'verifying'
  | 'storing';

interface Transfer {
  readonly id: string;
  readonly layout: TransferLayout;
  readonly received: Bitmap;
  readonly ids: { transferHigh: number; transferLow: number };
}

interface Running {
  readonly announce: Announce;
  readonly units: RangeSet;
  readonly unitTotal: number;
  /** Highest datagram seen, counted from the first of this transmission; -1 before any. */
  highest: number;
  received: number;
  readonly reports: PositionReports;
  /** Units of this transmission that are still missing here. */
  needed: number;
}

interface End {
  readonly transmission: number;
  readonly lastSequence: number;
  readonly root: string;
}

/**
 * A student's side of one connection: elect, receive, report, store (PROTOCOL.md section 4.2), sans-IO.
 * Feed it inputs with `now` (ms, monotonic), drain `outputs()`, call `timeout` at `deadline`.
 */
export class Receiver {
  private phase: Phase = 'idle';
  private transfer: Transfer | undefined;
  /** The transfer that the driver prepares. */
  private preparing: string | undefined;
  /** Why that was cancelled meanwhile. */
  private cancelReason: string | undefined;
  /** The latest announcement that came while the disk was busy, and the end of its transmission. */
  private pending: { announce: Announce; attachment: Uint8Array } | undefined;
  private pendingEnd: End | undefined;
  private running: Running | undefined;
  private end: End | undefined;
  private probeUntil = 0;
  private quietSince = 0;
  private drainUntil = 0;
  private congested = false;
  private paused = false;
  private files: readonly ReceivedFile[] = [];
  private ownAddress = '';
  private readonly completed: Set<string>;
  private readonly queue: ReceiverOutput[] = [];
  private readonly drops = {} as Record<DropReason, number>;

  /** @param completed ids of transfers that were completed earlier. */
  constructor(completed: readonly string[]) {
    this.completed = new Set(completed);
  }

  // --- Inputs ---

  /** A control connection is up; this is the student's address on it. */
  connected(ownAddress: string): void {
    this.ownAddress = ownAddress;
  }

  /**
   * A control message of the teacher.
   * @throws WireError where it is inconsistent; the driver then ends the connection.
   */
  receive(message: TeacherMessage, attachment: Uint8Array, now: number): void {
    switch (message.type) {
      case 'announce':
        return this.announced(message, attachment);
      case 'fill':
        return this.filled(message, attachment);
      case 'end':
        return this.ended(message, now);
      case 'cancel':
        return this.cancel(message.transfer, message.reason);
      case 'pause':
      case 'resume':
        if (message.transfer === this.inHand()) this.paused = message.type === 'pause';
        return;
    }
  }

  /** The partial transfer is open; `missing` units are not on disk yet. */
  prepared(layout: TransferLayout, missing: RangeSet): void {
    const id = this.preparing;
    if (this.phase !== 'preparing' || id === undefined) return;
    const received = new Bitmap(layout.unitCount);
    const all = span(0, layout.unitCount);
    for (const range of subtract(all, missingOnReturn(missing, layout.unitCount))) received.addRange(range);
    this.transfer = { id, layout, received, ids: splitTransferId(id) };
    this.preparing = undefined;
    this.phase = 'idle';
    if (this.cancelReason === undefined) this.takePending();
    else this.cancelled(this.cancelReason);
  }

  dataOpened(now: number): void {
    const running = this.running;
    if (this.phase !== 'opening' || running === undefined) return;
    this.phase = 'listening';
    this.probeUntil = now + running.announce.probeMs;
    this.emit({ event: 'dataChannel', transmission: running.announce.transmission, state: 'open' });
    this.elect(running.announce, true, `${running.needed} units are missing here`);
    if (this.end !== undefined) this.drain(now);
  }

  /** The group could not be joined: the teacher will use TCP. */
  dataFailed(reason: string): void {
    const running = this.running;
    if (this.phase !== 'opening' || running === undefined) return;
    this.phase = 'idle';
    this.elect(running.announce, true, reason);
    this.answerProbe(running.announce, false);
    if (this.end !== undefined) this.verify(this.end);
  }

  /**
   * A datagram from the group. @returns the unit whose payload it carries, to be written; undefined when it is of no use.
   */
  datagram(bytes: Uint8Array, source: { address: string; port: number }, now: number): number | undefined {
    const running = this.running;
    const transfer = this.transfer;
    if (running === undefined || transfer === undefined || !this.onDataChannel()) return this.drop('closed');
    const header = readHeader(bytes);
    if (typeof header === 'string') return this.drop(header);
    const { announce } = running;
    if (source.port !== announce.source?.port || source.address !== announce.source.address) return this.drop('source');
    if (header.transferHigh !== transfer.ids.transferHigh || header.transferLow !== transfer.ids.transferLow)
      return this.drop('transfer');
    if (header.transmission !== announce.transmission) return this.drop('transmission');
    if (this.phase === 'listening') this.hear(announce);
    if (header.kind === PROBE) return undefined;
    const index = serialDistance(announce.firstSequence, header.sequence);
    if (index < 0 || index >= running.unitTotal) return this.drop('sequence');
    const unit = transfer.layout.unitAt(header.offset);
    if (unit === undefined) return this.drop('offset');
    if (bytes.length - HEADER_BYTES !== transfer.layout.lengthOf(unit)) return this.drop('length');
    return this.take(running, transfer, index, unit, now);
  }

  /** The data channel's time: progress, probes and drains. */
  timeout(now: number): void {
    if (this.phase === 'listening' && now >= this.probeUntil) this.giveUpListening();
    if (now >= this.progressDeadline()) this.reportProgress();
    if (this.phase === 'draining' && this.end !== undefined && this.drained(this.end, now)) this.verify(this.end);
  }

  /** Digests were compared. */
  verified(result: Verification): void {
    const { end, transfer } = this;
    if (this.phase !== 'verifying' || transfer === undefined) return;
    this.phase = 'idle';
    this.end = undefined;
    this.running = undefined;
    for (const range of result.rejected) transfer.received.removeRange(range);
    // Without an `end` the connection was lost meanwhile: nobody waits for a report.
    if (end !== undefined) this.report(transfer, end, result.forgedChunks);
    this.takePending();
  }

  /** The files are in their places. */
  stored(files: readonly ReceivedFile[]): void {
    const transfer = this.transfer;
    if (this.phase !== 'storing' || transfer === undefined) return;
    this.files = files;
    this.completed.add(transfer.id);
    this.send({ type: 'complete', transfer: transfer.id });
    this.emit({ event: 'complete', transfer: transfer.id, files });
    this.leaveTransfer(true);
  }

  /** Preparing, writing or placing failed: this student cannot have the transfer. */
  storageFailed(reason: string): void {
    const id = this.inHand();
    if (id === undefined) return;
    this.send({ type: 'failed', transfer: id, reason });
    this.emit({ event: 'failed', transfer: id, reason });
    this.closeData();
    this.leaveTransfer(false);
  }

  /** The disk does not keep up: positions are held back, so the teacher's window waits (PROTOCOL.md section 7.3). */
  storageCongested(congested: boolean): void {
    this.congested = congested;
  }

  /** The control connection is gone: what was received stays; a new connection goes on from there. */
  disconnected(): void {
    this.closeData();
    this.running = undefined;
    this.end = undefined;
    this.pending = undefined;
    this.pendingEnd = undefined;
    if (!this.diskIsBusy()) this.phase = 'idle';
  }

  // --- Outputs ---

  /** False for most datagrams: then there is nothing to take. */
  get hasOutputs(): boolean {
    return this.queue.length > 0;
  }

  outputs(): ReceiverOutput[] {
    return this.queue.splice(0);
  }

  /** When `timeout` wants to be called next, ms. */
  deadline(): number | undefined {
    const at = Math.min(
      this.progressDeadline(),
      this.phase === 'listening' ? this.probeUntil : Number.POSITIVE_INFINITY,
      this.phase === 'draining'
        ? Math.min(this.drainUntil, this.quietSince + DRAIN_QUIET_MS)
        : Number.POSITIVE_INFINITY,
    );
    return Number.isFinite(at) ? at : undefined;
  }

  /** The transfer in hand and what it still misses, for `hello`. */
  held(): { transfer: string; missing: RangeSet } | undefined {
    if (this.transfer === undefined) return undefined;
    return { transfer: this.transfer.id, missing: this.transfer.received.complement() };
  }

  view(): ReceiverView {
    const { transfer } = this;
    const missing = transfer?.received.complement() ?? EMPTY;
    return {
      transfer: transfer?.id,
      phase: this.phase,
      transmission: this.running?.announce.transmission ?? 0,
      missing: transfer?.layout.toBytes(missing) ?? [],
      missingBytes: transfer?.layout.bytesIn(missing) ?? 0,
      paused: this.paused,
      files: this.files,
      drops: this.drops,
    };
  }

  // --- Announcements ---

  private announced(announce: Announce, attachment: Uint8Array): void {
    if (this.completed.has(announce.transfer)) {
      this.elect(announce, false, 'this transfer is complete here');
      return this.send({ type: 'complete', transfer: announce.transfer });
    }
    const isKnown = this.transfer?.id === announce.transfer;
    if (this.phase === 'storing' && isKnown) return this.elect(announce, false, 'everything is here and being stored');
    if (this.diskIsBusy()) return this.postpone(announce, attachment);
    if (isKnown) return this.consider(announce, attachment);
    this.prepare(announce, attachment);
  }

  private prepare(announce: Announce, attachment: Uint8Array): void {
    if (announce.offer === undefined) throw unknownTransfer();
    this.closeData();
    this.transfer = undefined;
    this.running = undefined;
    this.end = undefined;
    this.paused = false;
    this.preparing = announce.transfer;
    this.cancelReason = undefined;
    this.phase = 'preparing';
    this.postpone(announce, attachment);
    this.queue.push({ kind: 'prepare', transfer: announce.transfer, offer: announce.offer });
  }

  /** Keeps an announcement until the disk is done; a later one takes its place, and the description from it. */
  private postpone(announce: Announce, attachment: Uint8Array): void {
    const earlier = this.pending?.announce;
    const offer = announce.offer ?? (earlier?.transfer === announce.transfer ? earlier.offer : undefined);
    if (offer === undefined && announce.transfer !== this.inHand()) throw unknownTransfer();
    this.pending = { announce: { ...announce, ...(offer === undefined ? {} : { offer }) }, attachment };
    this.pendingEnd = undefined;
  }

  private takePending(): void {
    const { pending, pendingEnd } = this;
    this.pending = undefined;
    this.pendingEnd = undefined;
    if (pending === undefined) return;
    this.announced(pending.announce, pending.attachment);
    if (pendingEnd === undefined || this.phase === 'storing' || this.inHand() !== pending.announce.transfer) return;
    if (this.phase === 'preparing') this.pendingEnd = pendingEnd;
    else this.endOffChannel(pendingEnd);
  }

  /** The driver prepares, verifies or stores: one thing after the other. */
  private diskIsBusy(): boolean {
    return this.phase === 'preparing' || this.phase === 'verifying' || this.phase === 'storing';
  }

  private inHand(): string | undefined {
    return this.transfer?.id ?? this.preparing;
  }

  private consider(announce: Announce, attachment: Uint8Array): void {
    const transfer = this.transfer;
    if (transfer === undefined) return;
    this.closeData();
    this.end = undefined;
    this.phase = 'idle';
    const { layout } = transfer;
    const units = decodeRanges(attachment, layout.unitCount);
    this.emit({
      event: 'announced',
      transfer: transfer.id,
      transmission: announce.transmission,
      mode: announce.mode,
      ranges: layout.toBytes(units),
      bytes: layout.bytesIn(units),
    });
    const needed = sizeOf(intersect(transfer.received.complement(), units));
    const reports = new PositionReports(announce.progressMs, announce.progressDatagrams);
    this.running = { announce, units, unitTotal: sizeOf(units), highest: -1, received: 0, reports, needed };
    if (needed === 0) return this.elect(announce, false, 'nothing of it is missing here');
    if (announce.mode === 'plain') {
      this.phase = 'opening';
      this.queue.push({ kind: 'openData', announce });
      return;
    }
    this.phase = 'filling';
    this.elect(announce, true, 'over the control connection');
  }

  private elect(announce: Announce, join: boolean, why: string): void {
    const { transfer, transmission } = announce;
    this.send({ type: 'elect', transfer, transmission, join, why });
    this.emit({ event: 'elected', transmission, join, why });
  }

  private answerProbe(announce: Announce, probeSeen: boolean): void {
    this.send({ type: 'ready', transfer: announce.transfer, transmission: announce.transmission, probeSeen });
  }

  private hear(announce: Announce): void {
    this.phase = 'receiving';
    this.answerProbe(announce, true);
  }

  private giveUpListening(): void {
    if (this.running !== undefined) this.answerProbe(this.running.announce, false);
    this.closeData();
    this.phase = 'idle';
  }

  // --- Data ---

  private onDataChannel(): boolean {
    return this.phase === 'listening' || this.phase === 'receiving' || this.phase === 'draining';
  }

  private take(running: Running, transfer: Transfer, index: number, unit: number, now: number): number | undefined {
    this.quietSince = now;
    if (index > running.highest) running.highest = index;
    running.received++;
    if (running.reports.passed(now)) this.reportProgress();
    if (!transfer.received.add(unit)) return this.drop('duplicate');
    running.needed--;
    if (running.needed === 0 && this.phase === 'draining' && this.end !== undefined) this.verify(this.end);
    return unit;
  }

  private progressDeadline(): number {
    const reports = this.onDataChannel() && !this.congested ? this.running?.reports : undefined;
    return reports?.deadline ?? Number.POSITIVE_INFINITY;
  }

  private reportProgress(): void {
    const { running } = this;
    if (this.congested || running === undefined) return;
    running.reports.reported();
    const { announce, received } = running;
    const highest = serialAdd(announce.firstSequence, running.highest);
    this.queue.push({ kind: 'progress', progress: { transmission: announce.transmission, highest, received } });
  }

  private drop(reason: DropReason): undefined {
    this.drops[reason] = (this.drops[reason] ?? 0) + 1;
    return undefined;
  }

  private filled(message: { transfer: string; unit: number }, attachment: Uint8Array): void {
    const transfer = this.transfer;
    if (this.phase !== 'filling' || transfer?.id !== message.transfer) return;
    const { layout, received } = transfer;
    let at = 0;
    for (let unit = message.unit; at < attachment.length; unit++) {
      if (unit >= layout.unitCount) throw new WireError('a fill goes past the end of the transfer');
      const payload = attachment.subarray(at, at + layout.lengthOf(unit));
      if (payload.length !== layout.lengthOf(unit)) throw new WireError('a fill ends within a unit');
      at += payload.length;
      if (received.add(unit)) this.queue.push({ kind: 'store', unit, payload });
    }
  }

  // --- The end of a transmission ---

  private ended(message: End & { transfer: string }, now: number): void {
    if (this.pending?.announce.transfer === message.transfer) {
      this.pendingEnd = message;
      return;
    }
    if (this.transfer?.id !== message.transfer || this.phase === 'storing' || this.phase === 'verifying') return;
    this.finishTransmission(message, now);
  }

  private finishTransmission(end: End, now: number): void {
    if (!this.onDataChannel()) return this.endOffChannel(end);
    this.end = end;
    this.drain(now);
  }

  private endOffChannel(end: End): void {
    this.end = end;
    if (this.phase !== 'opening') this.verify(end);
  }

  private drain(now: number): void {
    this.phase = 'draining';
    this.quietSince = now;
    this.drainUntil = now + DRAIN_LIMIT_MS;
    if (this.end !== undefined && this.drained(this.end, now)) this.verify(this.end);
  }

  private drained(end: End, now: number): boolean {
    const running = this.running;
    if (running === undefined || running.needed === 0) return true;
    if (serialDistance(running.announce.firstSequence, end.lastSequence) <= running.highest) return true;
    return now >= this.drainUntil || now >= this.quietSince + DRAIN_QUIET_MS;
  }

  private verify(end: End): void {
    this.closeData();
    this.phase = 'verifying';
    this.queue.push({ kind: 'verify', root: end.root });
  }

  private closeData(): void {
    if (this.phase !== 'opening' && !this.onDataChannel()) return;
    const wasOpen = this.phase !== 'opening';
    this.queue.push({ kind: 'closeData' });
    if (wasOpen && this.running !== undefined) {
      this.emit({ event: 'dataChannel', transmission: this.running.announce.transmission, state: 'closed' });
    }
    this.phase = 'idle';
  }

  private report(transfer: Transfer, end: End, forged: number): void {
    const { id, layout, received } = transfer;
    const missing = received.complement();
    const { transmission } = end;
    this.send({ type: 'report', transfer: id, transmission, ip: this.ownAddress, forged }, encodeRanges(missing));
    const [ranges, missingBytes] = [layout.toBytes(missing), layout.bytesIn(missing)];
    this.emit({ event: 'report', transmission, missing: ranges, missingBytes });
    if (missing.length > 0) return;
    this.phase = 'storing';
    this.queue.push({ kind: 'finalize' });
  }

  private cancel(transfer: string, reason: string): void {
    if (this.pending?.announce.transfer === transfer) {
      this.pending = undefined;
      this.pendingEnd = undefined;
    }
    if (this.preparing === transfer) this.cancelReason = reason;
    else if (this.transfer?.id === transfer) this.cancelled(reason);
  }

  private cancelled(reason: string): void {
    this.closeData();
    this.queue.push({ kind: 'discard' });
    this.emit({ event: 'failed', transfer: this.transfer?.id ?? '', reason });
    this.leaveTransfer(false);
  }

  private leaveTransfer(complete: boolean): void {
    if (this.pending?.announce.transfer === this.inHand()) this.pending = undefined;
    this.phase = 'idle';
    this.transfer = undefined;
    this.preparing = undefined;
    this.cancelReason = undefined;
    this.running = undefined;
    this.end = undefined;
    this.paused = false;
    this.queue.push({ kind: 'done', complete });
    this.takePending();
  }

  private send(message: StudentMessage, attachment?: Uint8Array): void {
    this.queue.push({ kind: 'message', message, ...(attachment === undefined ? {} : { attachment }) });
  }

  private emit(event: StudentEvent): void {
    this.queue.push({ kind: 'event', event });
  }
}

function unknownTransfer(): WireError {
  return new WireError('an announcement of an unknown transfer came without its description');
}
