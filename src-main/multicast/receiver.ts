import type { ReceivedFile } from '../../src-shared/ipc/events';
import { decodeRanges } from '../../src-shared/ranges/range-codec';
import { EMPTY, type RangeSet } from '../../src-shared/ranges/range-set';
import { HEADER_BYTES, PROBE } from '../../src-shared/wire/data-datagram';
import type { Announce, TeacherMessage } from '../../src-shared/wire/messages';
import { ChunkRepair } from './chunk-repair';
import { DatagramFilter, type Source } from './datagram-filter';
import { IncomingTransmission } from './incoming-transmission';
import { PendingAnnouncement, type TransmissionEnd, unknownTransfer } from './pending-announcement';
import type { ReceiverOutput, ReceiverPhase, ReceiverView, Verification } from './receiver-io';
import { ReceiverOutbox } from './receiver-outbox';
import { TransferInHand } from './transfer-in-hand';
import type { TransferLayout } from './transfer-layout';

/**
 * A student's side of one connection: elect, receive, report, store (PROTOCOL.md section 4.2), sans-IO.
 * Feed it inputs with `now` (ms, monotonic), drain `outputs()`, call `timeout` at `deadline`.
 */
export class Receiver {
  private phase: ReceiverPhase = 'idle';
  private transfer: TransferInHand | undefined;
  /** The transfer that the driver prepares. */
  private preparing: string | undefined;
  /** Why that was cancelled meanwhile. */
  private cancelReason: string | undefined;
  private running: IncomingTransmission | undefined;
  private end: TransmissionEnd | undefined;
  private probeUntil = 0;
  private congested = false;
  private paused = false;
  private ownAddress = '';
  private readonly completed: Set<string>;
  private readonly pending = new PendingAnnouncement();
  private readonly filter = new DatagramFilter();
  private readonly outbox = new ReceiverOutbox();
  private readonly chunks = new ChunkRepair(this.outbox);

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
    this.transfer = new TransferInHand(id, layout, missing);
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
    this.outbox.event({ event: 'dataChannel', transmission: running.announce.transmission, state: 'open' });
    this.outbox.elect(running.announce, true, `${running.needed} units are missing here`);
    if (this.end !== undefined) this.drain(now);
  }

  /** The group could not be joined: the teacher will use TCP. */
  dataFailed(reason: string): void {
    const running = this.running;
    if (this.phase !== 'opening' || running === undefined) return;
    this.phase = 'idle';
    this.outbox.elect(running.announce, true, reason);
    this.outbox.ready(running.announce, false);
    if (this.end !== undefined) this.verify(this.end);
  }

  /**
   * Datagrams from the group, one after the other, each of `datagramBytes` bytes, but the last, which may be shorter. Their bytes may
   * be in outputs, so these are carried out before the next call.
   * @returns for each of them the unit whose payload it carries, to be written before the outputs are carried out; undefined when there is none
   */
  datagrams(bytes: Uint8Array, datagramBytes: number, source: Source, now: number): (number | undefined)[] {
    const units: (number | undefined)[] = [];
    for (let at = 0; at < bytes.length; at += datagramBytes) {
      units.push(this.datagram(bytes.subarray(at, at + datagramBytes), source, now));
    }
    return units;
  }

  /** One datagram: see `datagrams`. */
  datagram(bytes: Uint8Array, source: Source, now: number): number | undefined {
    const running = this.running;
    const transfer = this.transfer;
    if (running === undefined || transfer === undefined || !this.onDataChannel()) return this.filter.drop('closed');
    const header = this.filter.admit(bytes, source, transfer.ids, running);
    if (header === undefined) return undefined;
    if (this.phase === 'listening') this.hear(running.announce);
    if (header.kind === PROBE) return undefined;
    const place = this.filter.place(header, bytes.length, transfer.layout, running);
    if (place === undefined) return undefined;
    if (running.passed(place.index, now)) this.reportProgress();
    const taken = this.take(running, transfer, place.unit, bytes);
    if (running.needed === 0) this.endDrain(now);
    return taken;
  }

  /** The data channel's time: progress, probes and drains. */
  timeout(now: number): void {
    if (this.phase === 'listening' && now >= this.probeUntil) this.giveUpListening();
    if (now >= this.progressDeadline()) this.reportProgress();
    this.endDrain(now);
  }

  /** Digests were compared. */
  verified(result: Verification): void {
    const { end, transfer } = this;
    if (this.phase !== 'verifying' || transfer === undefined) return;
    this.phase = 'idle';
    this.end = undefined;
    this.running = undefined;
    this.chunks.reject(transfer, result.rejected);
    // Without an `end` the connection was lost meanwhile: nobody waits for a report.
    if (end !== undefined) this.report(transfer, end, result.forgedChunks);
    this.takePending();
  }

  /** The files are in their places. */
  stored(files: readonly ReceivedFile[]): void {
    const transfer = this.transfer;
    if (this.phase !== 'storing' || transfer === undefined) return;
    this.completed.add(transfer.id);
    this.outbox.send({ type: 'complete', transfer: transfer.id });
    this.outbox.event({ event: 'complete', transfer: transfer.id, files });
    this.leaveTransfer(true);
  }

  /** Preparing, writing or placing failed: this student cannot have the transfer. */
  storageFailed(reason: string): void {
    const id = this.inHand();
    if (id === undefined) return;
    this.outbox.send({ type: 'failed', transfer: id, reason });
    this.outbox.event({ event: 'failed', transfer: id, reason });
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
    this.pending.clear();
    if (!this.diskIsBusy()) this.phase = 'idle';
  }

  // --- Outputs ---

  /** False for most datagrams: then there is nothing to take. */
  get hasOutputs(): boolean {
    return !this.outbox.isEmpty;
  }

  outputs(): ReceiverOutput[] {
    return this.outbox.drain();
  }

  /** When `timeout` wants to be called next, ms. */
  deadline(): number | undefined {
    const at = Math.min(
      this.progressDeadline(),
      this.phase === 'listening' ? this.probeUntil : Number.POSITIVE_INFINITY,
      this.phase === 'draining' && this.running !== undefined ? this.running.drainDeadline : Number.POSITIVE_INFINITY,
    );
    return Number.isFinite(at) ? at : undefined;
  }

  /** The transfer in hand and what it still misses, for `hello`. */
  held(): { transfer: string; missing: RangeSet } | undefined {
    if (this.transfer === undefined) return undefined;
    return { transfer: this.transfer.id, missing: this.transfer.missing };
  }

  view(): ReceiverView {
    const { transfer } = this;
    const missing = transfer?.missing ?? EMPTY;
    return {
      transfer: transfer?.id,
      phase: this.phase,
      transmission: this.running?.announce.transmission ?? 0,
      missing: transfer?.layout.toBytes(missing) ?? [],
      missingBytes: transfer?.layout.bytesIn(missing) ?? 0,
      paused: this.paused,
      drops: this.filter.drops,
    };
  }

  // --- Announcements ---

  private announced(announce: Announce, attachment: Uint8Array): void {
    if (this.completed.has(announce.transfer)) {
      this.outbox.elect(announce, false, 'this transfer is complete here');
      return this.outbox.send({ type: 'complete', transfer: announce.transfer });
    }
    const isKnown = this.transfer?.id === announce.transfer;
    if (this.phase === 'storing' && isKnown)
      return this.outbox.elect(announce, false, 'everything is here and being stored');
    if (this.diskIsBusy()) return this.pending.keep(announce, attachment, this.inHand());
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
    this.pending.keep(announce, attachment, announce.transfer);
    this.outbox.push({ kind: 'prepare', transfer: announce.transfer, offer: announce.offer });
  }

  private takePending(): void {
    const pending = this.pending.take();
    if (pending === undefined) return;
    const { announce, attachment, end } = pending;
    this.announced(announce, attachment);
    if (end === undefined || this.phase === 'storing' || this.inHand() !== announce.transfer) return;
    if (this.phase === 'preparing') this.pending.keepEnd(announce.transfer, end);
    else this.endOffChannel(end);
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
    const numbers = decodeRanges(attachment, announce.mode === 'coded' ? layout.numberCount : layout.unitCount);
    const { units, parity } = layout.split(numbers);
    this.outbox.announced(announce, units, parity, layout);
    const needed = transfer.missingOf(units);
    this.running = new IncomingTransmission(announce, { units, parity }, needed, layout);
    if (needed === 0) return this.outbox.elect(announce, false, 'nothing of it is missing here');
    if (announce.mode !== 'tcp') {
      this.phase = 'opening';
      this.outbox.push({ kind: 'openData', announce });
      return;
    }
    this.phase = 'filling';
    this.outbox.elect(announce, true, 'over the control connection');
  }

  private hear(announce: Announce): void {
    this.phase = 'receiving';
    this.outbox.ready(announce, true);
  }

  private giveUpListening(): void {
    if (this.running !== undefined) this.outbox.ready(this.running.announce, false);
    this.closeData();
    this.phase = 'idle';
  }

  // --- Data ---

  private onDataChannel(): boolean {
    return this.phase === 'listening' || this.phase === 'receiving' || this.phase === 'draining';
  }

  private take(
    running: IncomingTransmission,
    transfer: TransferInHand,
    unit: number,
    datagram: Uint8Array,
  ): number | undefined {
    if (transfer.layout.isParity(unit)) {
      const parity = { number: unit, payload: datagram.subarray(HEADER_BYTES) };
      return this.chunks.takeParity(transfer, running, parity) ? undefined : this.filter.drop('duplicate');
    }
    if (!transfer.add(unit)) return this.filter.drop('duplicate');
    running.gained(unit);
    this.chunks.solve(transfer, running, unit);
    return unit;
  }

  private progressDeadline(): number {
    const due = this.onDataChannel() && !this.congested ? this.running?.reportDeadline : undefined;
    return due ?? Number.POSITIVE_INFINITY;
  }

  private reportProgress(): void {
    if (this.congested || this.running === undefined) return;
    this.outbox.push({ kind: 'progress', progress: this.running.position() });
  }

  private filled(message: { transfer: string; unit: number }, attachment: Uint8Array): void {
    const transfer = this.transfer;
    if (this.phase !== 'filling' || transfer?.id !== message.transfer) return;
    for (const { unit, payload } of transfer.fill(message.unit, attachment)) {
      this.outbox.push({ kind: 'store', unit, payload });
      this.chunks.solve(transfer, this.running, unit);
    }
  }

  // --- The end of a transmission ---

  private ended(message: TransmissionEnd & { transfer: string }, now: number): void {
    if (this.pending.keepEnd(message.transfer, message)) return;
    if (this.transfer?.id !== message.transfer || this.phase === 'storing' || this.phase === 'verifying') return;
    this.finishTransmission(message, now);
  }

  private finishTransmission(end: TransmissionEnd, now: number): void {
    if (!this.onDataChannel()) return this.endOffChannel(end);
    this.end = end;
    this.drain(now);
  }

  private endOffChannel(end: TransmissionEnd): void {
    this.end = end;
    if (this.phase !== 'opening') this.verify(end);
  }

  private drain(now: number): void {
    this.phase = 'draining';
    this.running?.drain(now);
    this.endDrain(now);
  }

  /** Goes on as soon as nothing more of the transmission is to come. */
  private endDrain(now: number): void {
    const { end, running } = this;
    if (this.phase !== 'draining' || end === undefined) return;
    if (running === undefined || running.isDrained(end.lastSequence, now)) this.verify(end);
  }

  private verify(end: TransmissionEnd): void {
    this.closeData();
    this.phase = 'verifying';
    this.outbox.push({ kind: 'verify', root: end.root });
  }

  private closeData(): void {
    if (this.phase !== 'opening' && !this.onDataChannel()) return;
    const wasOpen = this.phase !== 'opening';
    this.outbox.push({ kind: 'closeData' });
    if (wasOpen && this.running !== undefined) {
      this.outbox.event({ event: 'dataChannel', transmission: this.running.announce.transmission, state: 'closed' });
    }
    this.phase = 'idle';
  }

  private report(transfer: TransferInHand, end: TransmissionEnd, forged: number): void {
    const { id, layout, missing } = transfer;
    const { transmission } = end;
    const about = { transfer: id, transmission, ip: this.ownAddress, forged };
    this.outbox.report(about, missing, transfer.heldParity, layout);
    if (missing.length > 0) return;
    this.phase = 'storing';
    this.outbox.push({ kind: 'finalize' });
  }

  private cancel(transfer: string, reason: string): void {
    this.pending.forget(transfer);
    if (this.preparing === transfer) this.cancelReason = reason;
    else if (this.transfer?.id === transfer) this.cancelled(reason);
  }

  private cancelled(reason: string): void {
    this.closeData();
    this.outbox.push({ kind: 'discard' });
    this.outbox.event({ event: 'failed', transfer: this.transfer?.id ?? '', reason });
    this.leaveTransfer(false);
  }

  private leaveTransfer(complete: boolean): void {
    this.pending.forget(this.inHand());
    this.phase = 'idle';
    this.transfer = undefined;
    this.preparing = undefined;
    this.cancelReason = undefined;
    this.running = undefined;
    this.end = undefined;
    this.paused = false;
    this.outbox.push({ kind: 'done', complete });
    this.takePending();
  }
}
