import type { DeviceSessionView } from '../../src-shared/ipc/device-views';
import { type Endpoint, isSame } from './endpoint';
import { FileSink } from './file-sink';
import { type GrantedOptions, writeGrantedOptions } from './options';
import { type OptionList, type Packet, readPacket, writeAck, writeError, writeOptionAck } from './packets';
import { MAX_DALLY_MS, MAX_FINAL_ACKS, MAX_TRIES } from './params';
import { chooseTerms, type Terms } from './quality';
import { ReceiveWindow } from './receive-window';
import { backedOff } from './round-trip';
import type { SessionFailure } from './server-io';
import type { SessionClient } from './session-client';
import { SessionClients } from './session-clients';
import type { Session, SessionHost } from './session-host';
import { SpeedMeter } from './speed-meter';
import { ErrorCode, TftpError } from './tftp-error';

const NEVER = Number.POSITIVE_INFINITY;

/** One file that a client writes (RFC 1350 section 4, windows: RFC 7440), to a port of the session's own. */
export class WriteSession implements Session {
  private phase: 'opening' | 'receiving' | 'finishing' | 'dallying' | 'done' | 'failed' = 'opening';
  private readonly clients: SessionClients;
  private readonly terms: Terms;
  private readonly blocks: ReceiveWindow;
  private readonly sink: FileSink;
  private readonly speed: SpeedMeter;
  private hasPort = false;
  private isAckHeld = false;
  private attempts = 0;
  private finalAcks = 0;
  /** When DATA has to come, ms. */
  private answerDue = NEVER;

  /** @param limit bytes that the file may have */
  constructor(
    readonly name: string,
    private readonly client: SessionClient,
    private readonly limit: number,
    private readonly host: SessionHost,
    private readonly startedAt: number,
  ) {
    this.clients = new SessionClients(name, host);
    this.clients.add(client);
    this.terms = this.chooseTerms();
    this.blocks = new ReceiveWindow(this.terms.windowBlocks);
    this.sink = new FileSink(client.request.mode, this.terms.blockBytes);
    this.speed = new SpeedMeter(startedAt);
    host.push({ kind: 'createFile', session: name, file: client.request.file });
  }

  get isOver(): boolean {
    return this.phase === 'done' || this.phase === 'failed';
  }

  get isVerified(): boolean {
    return this.client.isVerified;
  }

  get deadline(): number {
    return this.answerDue;
  }

  // --- The file ---

  fileCreated(): void {
    if (this.phase === 'opening') this.host.push({ kind: 'openPort', session: this.name, group: null });
  }

  portOpened(now: number): void {
    if (this.phase !== 'opening') return;
    this.phase = 'receiving';
    this.hasPort = true;
    const { blockBytes, timeoutMs, windowBlocks, why } = this.terms;
    this.host.event({
      event: 'session',
      session: this.name,
      file: this.client.request.file,
      bytes: this.bytes,
      group: null,
      blksize: blockBytes,
      timeout: timeoutMs / 1000,
      windowsize: windowBlocks,
      why,
    });
    this.clients.setRole(this.client, 'unicast');
    this.client.mayAnswer();
    this.sendAck(now);
  }

  /** What was handed over first is on the disk. */
  written(now: number): void {
    this.sink.written();
    if (this.phase === 'finishing') return this.finish();
    if (this.isAckHeld && !this.sink.isFull) this.sendAck(now);
  }

  /** The file is whole and has its name: only now the client hears that its last block is there. */
  fileFinished(now: number): void {
    if (this.phase !== 'finishing') return;
    this.phase = 'dallying';
    this.sendAck(now);
    this.clients.complete(this.client);
    this.tellDone(true, now);
    // RFC 1350 section 6: whoever acknowledges the last block stays a while, because that ACK may be lost.
    this.answerDue = now + MAX_DALLY_MS;
  }

  private chooseTerms(): Terms {
    const { client, host, startedAt } = this;
    const conditions = {
      openSessions: host.openSessions,
      loss: host.loss.share(startedAt),
      mtu: host.options.mtu,
      ipVersion: client.endpoint.address.includes(':') ? 6 : 4,
      fileBytes: undefined,
      hasGroup: false,
    } as const;
    return chooseTerms(client.request.asked, conditions, host.options.flow.quality);
  }

  private finish(): void {
    this.answerDue = NEVER;
    if (this.sink.isWritten) this.host.push({ kind: 'finishFile', session: this.name });
  }

  // --- Packets ---

  /** Nothing: the timer repeats the answer. */
  repeated(): void {}

  hasFallenSilent(): boolean {
    return this.blocks.ackNumber > 0 && this.attempts > 0;
  }

  abandoned(_client: SessionClient, now: number): void {
    this.fail('It asked for something else', now);
  }

  datagram(bytes: Uint8Array, from: Endpoint, now: number): void {
    if (!isSame(from, this.client.endpoint)) return this.host.stranger(this.name, bytes, from, now);
    if (this.phase === 'opening' || this.isOver) return;
    try {
      this.packet(readPacket(bytes), now);
    } catch (error) {
      if (!(error instanceof TftpError)) throw error;
      this.failed({ code: error.code, reason: error.message }, now);
    }
  }

  private packet(packet: Packet, now: number): void {
    if (packet.kind === 'data') return this.data(packet.block, packet.payload, now);
    // RFC 1350 section 7: an ERROR ends the transfer, and is not answered.
    if (packet.kind === 'error') return this.fail(`It ended the transfer: "${packet.message}"`, now);
    if (packet.kind !== 'write') throw new TftpError(ErrorCode.illegalOperation, 'A writer sends nothing but DATA');
  }

  private data(wire: number, payload: Uint8Array, now: number): void {
    const { blockBytes } = this.terms;
    if (payload.length > blockBytes)
      throw new TftpError(ErrorCode.illegalOperation, 'The block is longer than was agreed');
    const isLast = payload.length < blockBytes;
    if (this.phase === 'dallying' && isLast && this.finalAcks++ < MAX_FINAL_ACKS) this.push(writeAck(wire));
    if (this.phase !== 'receiving' || this.sink.isOverfull) return;
    this.verified();
    const { isNew, block, ack } = this.blocks.receive(wire, isLast);
    if (isNew) this.keep(block, payload, isLast, now);
    if (this.blocks.isComplete) {
      this.phase = 'finishing';
      return this.finish();
    }
    if (ack === 'now') this.sendAck(now);
    else if (isNew) this.wait(now);
  }

  private verified(): void {
    if (this.client.isVerified) return;
    this.client.isVerified = true;
    this.clients.receives(this.client);
  }

  /** @throws TftpError where the file becomes too long */
  private keep(block: number, payload: Uint8Array, isLast: boolean, now: number): void {
    this.attempts = 0;
    this.speed.add(payload.length, now);
    const writes = this.sink.put(block, payload, isLast);
    // RFC 1350, appendix: code 3 is a full disk or too much for what was allotted.
    if (this.sink.bytes > this.limit)
      throw new TftpError(ErrorCode.diskFull, 'The file is longer than is allowed here');
    for (const { bytes } of writes) this.host.push({ kind: 'write', session: this.name, bytes });
  }

  /** Acknowledges what is there, once the disk takes more. Before any block, the options are what is acknowledged (RFC 2347). */
  private sendAck(now: number): void {
    this.isAckHeld = this.sink.isFull;
    if (this.isAckHeld) {
      this.answerDue = NEVER;
      return;
    }
    const { ackNumber } = this.blocks;
    const granted = ackNumber === 0 ? this.grants() : [];
    this.push(granted.length > 0 ? writeOptionAck(granted) : writeAck(ackNumber));
    this.blocks.acknowledged();
    this.wait(now);
  }

  private grants(): OptionList {
    const { asked } = this.client.request;
    const { blockBytes, windowBlocks, isTimeoutAgreed } = this.terms;
    const granted: GrantedOptions = {
      ...(asked.blksize === undefined ? {} : { blksize: blockBytes }),
      ...(asked.timeout !== undefined && isTimeoutAgreed ? { timeout: asked.timeout } : {}),
      // RFC 2349: the size that the writer tells is echoed.
      ...(asked.tsize === undefined ? {} : { tsize: asked.tsize }),
      ...(asked.windowsize === undefined ? {} : { windowsize: windowBlocks }),
    };
    return writeGrantedOptions(granted);
  }

  private push(bytes: Uint8Array): void {
    this.host.push({ kind: 'send', session: this.name, to: this.client.endpoint, bytes });
  }

  // --- Time and ends ---

  private wait(now: number): void {
    const { timeoutMs, isTimeoutAgreed } = this.terms;
    this.answerDue = now + (isTimeoutAgreed ? timeoutMs : backedOff(timeoutMs, this.attempts));
  }

  timeout(now: number): void {
    if (now < this.answerDue) return;
    if (this.phase === 'dallying') return this.close('done');
    this.attempts++;
    if (this.attempts > MAX_TRIES || !this.client.mayAnswer())
      return this.fail(this.client.isVerified ? 'It does not answer any more' : 'It never answered', now);
    this.sendAck(now);
  }

  failed(failure: SessionFailure, now: number): void {
    if (this.phase === 'dallying') return this.close('done');
    if (this.phase === 'opening') this.host.refuse(this.client.endpoint, this.client.request, failure);
    else if (!this.isOver) this.push(writeError(failure.code, failure.reason));
    this.fail(failure.reason, now);
  }

  private fail(why: string, now: number): void {
    if (this.isOver) return;
    if (this.phase === 'dallying') return this.close('done');
    if (this.phase === 'opening') this.host.clientEnded(this.client);
    else {
      this.clients.fail(this.client, why);
      this.tellDone(false, now, why);
    }
    this.close('failed');
  }

  private close(phase: 'done' | 'failed'): void {
    this.phase = phase;
    this.answerDue = NEVER;
    this.host.push({ kind: 'closeSession', session: this.name });
  }

  private tellDone(ok: boolean, now: number, why?: string): void {
    this.host.event({
      event: 'done',
      session: this.name,
      ok,
      sentBlocks: 0,
      resentBlocks: 0,
      clients: 1,
      complete: ok ? 1 : 0,
      durationMs: Math.round(now - this.startedAt),
      ...(why === undefined ? {} : { why }),
    });
  }

  // --- Status ---

  /** Bytes of the file, as the client says; else those that have come. */
  private get bytes(): number {
    return this.client.request.asked.tsize ?? this.sink.bytes;
  }

  view(now: number, wallNow: number): DeviceSessionView | undefined {
    if (!this.hasPort) return undefined;
    const { name: address, role, state, why } = this.client;
    const progress = state === 'complete' ? 1 : Math.min(1, this.sink.bytes / Math.max(1, this.bytes));
    const { blockBytes, timeoutMs, windowBlocks } = this.terms;
    return {
      id: this.name,
      file: this.client.request.file,
      bytes: this.bytes,
      group: null,
      isWrite: true,
      state: state === 'complete' ? 'done' : this.phase === 'failed' ? 'failed' : 'sending',
      progress,
      rate: this.isOver ? 0 : this.speed.bytesPerSecond(now),
      sentBlocks: 0,
      resentBlocks: 0,
      flow: {
        why: this.terms.why,
        blockBytes,
        timeoutSeconds: timeoutMs / 1000,
        windowBlocks,
        blocksPerSecond: null,
        loss: 0,
      },
      clients: [{ address, role, state, progress, ...(why === undefined ? {} : { why }) }],
      startedAt: wallNow - (now - this.startedAt),
    };
  }
}
