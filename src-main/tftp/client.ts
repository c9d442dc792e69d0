import type { DeviceRole } from '../../src-shared/ipc/device-views';
import { TokenBucket } from '../multicast/token-bucket';
import type { ClientOptions, ClientOutput } from './client-io';
import { ClientOutbox } from './client-outbox';
import { type Endpoint, isSame, nameOf } from './endpoint';
import type { Write } from './file-sink';
import { type MulticastOption, type RequestedOptions, readGrantedOptions, writeRequestedOptions } from './options';
import { type OptionList, type Packet, readPacket } from './packets';
import {
  ACK_DELAY_MS,
  FIRST_TIMEOUT_MS,
  MAX_DALLY_MS,
  MAX_FINAL_ACKS,
  MAX_TRIES,
  MEMBER_SILENCE_MS,
  MEMBER_TRIES,
  STRANGER_ERRORS_PER_SECOND,
} from './params';
import { Reception } from './reception';
import { backedOff } from './round-trip';
import { ErrorCode, TftpError } from './tftp-error';

const NEVER = Number.POSITIVE_INFINITY;

type Phase = 'idle' | 'requesting' | 'joining' | 'receiving' | 'flushing' | 'dallying' | 'done';

/**
 * Gets one file by TFTP (RFC 1350, 2347, 2348, 2349, 7440), by multicast where client and server want it (RFC 2090), sans-IO.
 * Feed it inputs with `now` (ms, monotonic), drain `outputs()`, call `timeout` at `deadline`. Datagrams may be of any content and origin.
 */
export class TftpClient {
  private readonly outbox = new ClientOutbox();
  private readonly strangerErrors: TokenBucket;
  private phase: Phase = 'idle';
  private asked: RequestedOptions;
  /** The server's transfer identifier: the port that its first answer came from (RFC 1350 section 4). */
  private server: Endpoint | undefined;
  /** Those of transfers that this one has given up. */
  private readonly formerServers = new Set<string>();
  private reception: Reception;
  private group: Endpoint | undefined;
  private role: DeviceRole = 'unicast';
  private hasHeardGroup = false;
  private isAckHeld = false;
  private finalAcks = 0;
  private attempts = 0;
  /** When something has to come, and when an ACK leaves at the latest; ms. */
  private answerDue = NEVER;
  private ackDue = NEVER;

  constructor(
    private readonly options: ClientOptions,
    now: number,
  ) {
    const { mode, blksize, windowsize, timeout, multicast } = options;
    this.strangerErrors = new TokenBucket(STRANGER_ERRORS_PER_SECOND, 1, now);
    this.reception = new Reception({}, mode);
    this.asked = {
      ...(blksize === undefined ? {} : { blksize }),
      ...(timeout === undefined ? {} : { timeout }),
      // In netascii the file's size is another one than that of what is sent, and its blocks are not those that others get.
      ...(mode === 'octet' ? { tsize: 0 } : {}),
      ...(windowsize === undefined ? {} : { windowsize }),
      ...(mode === 'octet' && multicast ? { multicast } : {}),
    };
  }

  // --- Inputs ---

  /** @throws TftpError where the file's name is too long for a request */
  start(now: number): void {
    this.phase = 'requesting';
    this.sendRequest(now);
  }

  /** A datagram came to the client's port. */
  datagram(bytes: Uint8Array, from: Endpoint, now: number): void {
    if (this.phase === 'idle' || this.phase === 'done') return;
    if (!this.isExpected(from)) return this.stranger(bytes, from, now);
    try {
      this.packet(readPacket(bytes), from, now);
    } catch (error) {
      if (!(error instanceof TftpError)) throw error;
      // Before its first answer is understood, nobody is the server.
      if (this.server !== undefined) this.giveUp(error.message, error.code);
    }
  }

  /** A datagram came by the group: only the server's DATA counts (RFC 2090), and nothing else is answered. */
  groupDatagram(bytes: Uint8Array, from: Endpoint, now: number): void {
    if (this.group === undefined || this.server === undefined || !isSame(from, this.server)) return;
    try {
      const packet = readPacket(bytes);
      if (packet.kind === 'data') this.groupData(packet.block, packet.payload, now);
    } catch (error) {
      if (!(error instanceof TftpError)) throw error;
    }
  }

  groupJoined(now: number): void {
    if (this.phase === 'joining') this.begin(now);
  }

  groupFailed(now: number): void {
    if (this.phase === 'joining') this.retryByUnicast('This network has no multicast', now);
  }

  /** The oldest `write` that was not yet answered is on the disk. */
  written(now: number): void {
    const { sink } = this.reception;
    sink.written();
    if (this.phase === 'flushing' && sink.isWritten) return this.complete(now);
    if (this.isAckHeld && !sink.isFull) this.ack(now);
  }

  /** The disk does not take it: the server hears an ERROR. */
  storageFailed(reason: string): void {
    if (this.phase !== 'done') this.giveUp(reason, ErrorCode.diskFull);
  }

  /** The user's wish. */
  abort(): void {
    if (this.phase !== 'done') this.giveUp('Stopped', ErrorCode.undefined);
  }

  /** Call at `deadline`, or any time later. */
  timeout(now: number): void {
    if (now >= this.ackDue) this.ack(now);
    if (now < this.answerDue) return;
    this.attempts++;
    if (this.phase === 'requesting') return this.requestLate(now);
    if (this.phase === 'dallying') return this.finish();
    if (this.role === 'member') return this.memberLate(now);
    this.ackLate(now);
  }

  // --- Outputs ---

  /** Takes what the driver has to do, in order. */
  outputs(): ClientOutput[] {
    return this.outbox.drain();
  }

  /** When `timeout` wants to be called next, ms; undefined when only an input can move it on. */
  deadline(): number | undefined {
    const earliest = Math.min(this.ackDue, this.answerDue);
    return Number.isFinite(earliest) ? earliest : undefined;
  }

  // --- Packets ---

  /** RFC 1350 section 4: the first answer names the server's port, and everything else has to come from there. */
  private isExpected(from: Endpoint): boolean {
    if (this.server !== undefined) return isSame(from, this.server);
    return from.address === this.options.server.address && !this.formerServers.has(nameOf(from));
  }

  /** RFC 1350 section 4: a wrong source is told so, and disturbs no transfer. Never answer an ERROR with one. */
  private stranger(bytes: Uint8Array, from: Endpoint, now: number): void {
    const isError = bytes[0] === 0 && bytes[1] === 5;
    if (isError || this.server === undefined || !this.strangerErrors.allows(now)) return;
    this.strangerErrors.take(1);
    this.outbox.error(from, 'This transfer is not yours', ErrorCode.unknownTransfer);
  }

  private packet(packet: Packet, from: Endpoint, now: number): void {
    switch (packet.kind) {
      case 'oack':
        return this.phase === 'requesting'
          ? this.accept(packet.options, from, now)
          : this.laterOack(packet.options, now);
      case 'data':
        return this.unicastData(packet.block, packet.payload, from, now);
      case 'error':
        return this.refused(packet.code, packet.message, now);
    }
    if (this.server !== undefined)
      throw new TftpError(ErrorCode.illegalOperation, 'The server sent what only clients send');
  }

  private accept(options: OptionList, from: Endpoint, now: number): void {
    this.server = from;
    const granted = readGrantedOptions(options, this.asked);
    this.reception = new Reception(granted, this.options.mode);
    const { multicast } = granted;
    if (multicast === undefined) return this.begin(now);
    if (multicast.port === undefined) throw new TftpError(ErrorCode.options, 'The server names no group');
    this.group = { address: multicast.address, port: multicast.port };
    this.role = roleOf(multicast);
    this.phase = 'joining';
    this.answerDue = NEVER;
    this.outbox.push({ kind: 'joinGroup', group: this.group });
  }

  /** The server repeats its OACK, or tells who is the master from now on (RFC 2090). */
  private laterOack(options: OptionList, now: number): void {
    const { multicast } = readGrantedOptions(options, this.asked);
    if (this.group === undefined) {
      // Our ACK of it was lost.
      if (this.phase === 'receiving' && this.reception.blocks.ackNumber === 0) this.ack(now);
      return;
    }
    if (multicast === undefined || this.phase === 'joining' || this.phase === 'flushing') return;
    if (this.phase === 'dallying') return multicast.master ? this.repeatFinalAck() : undefined;
    this.setRole(roleOf(multicast));
    this.attempts = 0;
    // An OACK with mc=0 is never acknowledged: there are servers that answer such an ACK with another one.
    if (multicast.master) this.ack(now);
    else this.listen(now);
  }

  private unicastData(wire: number, payload: Uint8Array, from: Endpoint, now: number): void {
    if (this.phase === 'requesting') {
      // RFC 2347: a server without options answers with the first block.
      if (wire !== 1) return;
      this.server = from;
      this.reception = new Reception({}, this.options.mode);
      this.begin(now, false);
    }
    if (payload.length > this.reception.blockBytes)
      throw new TftpError(ErrorCode.illegalOperation, 'The server sent a longer block than was agreed');
    this.data(wire, payload, now);
  }

  private groupData(block: number, payload: Uint8Array, now: number): void {
    if (payload.length > this.reception.blockBytes || this.phase === 'joining') return;
    this.hasHeardGroup = true;
    this.data(block, payload, now);
  }

  private data(wire: number, payload: Uint8Array, now: number): void {
    if (this.phase === 'dallying' && this.reception.isLast(payload) && this.role !== 'member') this.repeatFinalAck();
    if (this.phase !== 'receiving') return;
    const { isNew, ack, writes } = this.reception.receive(wire, payload);
    if (isNew) this.keep(writes, now);
    if (this.reception.blocks.isComplete) return this.flush(now);
    if (this.role === 'member') return this.listen(now);
    if (isNew) this.wait(now);
    if (ack === 'now') this.ack(now);
    else if (ack === 'soon') this.ackDue = Math.min(this.ackDue, now + ACK_DELAY_MS);
  }

  private keep(writes: readonly Write[], now: number): void {
    this.attempts = 0;
    for (const write of writes) this.outbox.push({ kind: 'write', ...write });
    this.outbox.progress(this.reception.sink.bytes, now);
  }

  private refused(code: number, message: string, now: number): void {
    const isAboutOptions = code === ErrorCode.undefined || code === ErrorCode.options;
    // RFC 2347: what fails with options may go without them.
    if (isAboutOptions && this.asked.multicast === true && !this.hasHeardGroup && this.phase !== 'dallying')
      return this.retryByUnicast(undefined, now);
    if (this.phase !== 'dallying') this.fail(`The server says: "${message}"`);
  }

  // --- The transfer ---

  private sendRequest(now: number): void {
    const { server, file, mode } = this.options;
    this.outbox.request(server, file, mode, writeRequestedOptions(this.asked));
    this.answerDue = now + backedOff((this.asked.timeout ?? 0) * 1000 || FIRST_TIMEOUT_MS, this.attempts);
  }

  /** @param isAcknowledged false where the first block is the answer, and is acknowledged itself */
  private begin(now: number, isAcknowledged = true): void {
    this.phase = 'receiving';
    this.attempts = 0;
    const { blockBytes, windowBlocks, timeoutMs, tsize } = this.reception;
    this.outbox.event({
      event: 'session',
      file: this.options.file,
      bytes: tsize ?? null,
      group: this.group === undefined ? null : nameOf(this.group),
      blksize: blockBytes,
      timeout: timeoutMs / 1000,
      windowsize: windowBlocks,
    });
    this.outbox.event({ event: 'role', role: this.role });
    if (this.role === 'member') this.listen(now);
    else if (isAcknowledged) this.ack(now);
  }

  private setRole(role: DeviceRole): void {
    if (role !== this.role) this.outbox.event({ event: 'role', role });
    this.role = role;
  }

  private ack(now: number): void {
    this.ackDue = NEVER;
    this.answerDue = NEVER;
    this.isAckHeld = this.reception.sink.isFull;
    if (this.isAckHeld) return;
    this.sendAck();
    this.reception.blocks.acknowledged();
    this.wait(now);
  }

  private sendAck(): void {
    if (this.server !== undefined) this.outbox.ack(this.server, this.reception.blocks.ackNumber);
  }

  /** The server owes an answer. */
  private wait(now: number): void {
    this.answerDue = now + backedOff(this.reception.timeoutMs, this.attempts);
  }

  /** Others acknowledge; blocks come by the group. */
  private listen(now: number): void {
    this.ackDue = NEVER;
    this.answerDue = now + MEMBER_SILENCE_MS;
  }

  // --- Time ---

  private requestLate(now: number): void {
    if (this.attempts >= MAX_TRIES) return this.fail('The server does not answer');
    this.sendRequest(now);
  }

  /** A member that hears nothing asks again: the server tells it its role once more. */
  private memberLate(now: number): void {
    if (this.attempts >= MEMBER_TRIES) return this.retryByUnicast('Nothing came by multicast', now);
    this.sendRequest(now);
    this.answerDue = now + MEMBER_SILENCE_MS;
  }

  private ackLate(now: number): void {
    if (this.attempts < MAX_TRIES) return this.ack(now);
    if (this.role === 'master' && !this.hasHeardGroup) return this.retryByUnicast('Nothing came by multicast', now);
    this.giveUp('The server does not answer any more', ErrorCode.undefined);
  }

  // --- Ends ---

  /** Everything is there; the last ACK leaves when the disk has it. */
  private flush(now: number): void {
    this.phase = 'flushing';
    this.ackDue = NEVER;
    this.answerDue = NEVER;
    if (this.reception.sink.isWritten) this.complete(now);
  }

  private complete(now: number): void {
    const { tsize, timeoutMs } = this.reception;
    const { bytes } = this.reception.sink;
    if (tsize !== undefined && tsize !== bytes)
      return this.giveUp(`The file has ${bytes} bytes and not ${tsize}, as the server had said`, ErrorCode.undefined);
    this.outbox.event({ event: 'progress', bytes });
    this.sendAck();
    this.outbox.push({ kind: 'complete', bytes });
    // RFC 1350 section 6: whoever acknowledges the last block stays a while, because that ACK may be lost.
    this.phase = 'dallying';
    this.answerDue = now + Math.min(MAX_DALLY_MS, timeoutMs);
  }

  private repeatFinalAck(): void {
    if (this.finalAcks++ < MAX_FINAL_ACKS) this.sendAck();
  }

  /** Begins anew without multicast. @param reason for the server; undefined where it has ended the transfer itself */
  private retryByUnicast(reason: string | undefined, now: number): void {
    if (this.server !== undefined) {
      if (reason !== undefined) this.outbox.error(this.server, reason, ErrorCode.undefined);
      this.formerServers.add(nameOf(this.server));
    }
    this.leaveGroup();
    this.outbox.push({ kind: 'truncate' });
    const { multicast: _, ...asked } = this.asked;
    this.asked = asked;
    this.server = undefined;
    this.role = 'unicast';
    this.attempts = 0;
    this.ackDue = NEVER;
    this.phase = 'requesting';
    this.sendRequest(now);
  }

  private giveUp(reason: string, code: number): void {
    if (this.server !== undefined && this.phase !== 'dallying') this.outbox.error(this.server, reason, code);
    this.fail(reason);
  }

  private fail(reason: string): void {
    if (this.phase !== 'dallying') this.outbox.push({ kind: 'failed', reason });
    this.finish();
  }

  private finish(): void {
    this.leaveGroup();
    this.phase = 'done';
    this.answerDue = NEVER;
    this.ackDue = NEVER;
    this.outbox.push({ kind: 'done' });
  }

  private leaveGroup(): void {
    if (this.group !== undefined) this.outbox.push({ kind: 'leaveGroup' });
    this.group = undefined;
  }
}

function roleOf({ master }: MulticastOption): DeviceRole {
  return master ? 'master' : 'member';
}
