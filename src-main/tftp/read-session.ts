import type { DeviceClientView, DeviceSessionView, FlowControlView } from '../../src-shared/ipc/device-views';
import { BlockSender } from './block-sender';
import { OctetBlocks } from './block-source';
import { type Endpoint, nameOf } from './endpoint';
import { NetasciiBlocks } from './netascii-blocks';
import { readRequestedOptions } from './options';
import { type Packet, readPacket, writeError } from './packets';
import { MAX_CLIENTS_PER_SESSION, MAX_DELAY_TIMEOUTS, USUAL_CLIENT_TIMEOUT_MS } from './params';
import { allowsBlock, chooseTerms, chooseWindow, type Terms } from './quality';
import type { SessionFailure } from './server-io';
import { isSameRequest, type SessionClient, type TransferRequest } from './session-client';
import { SessionClients } from './session-clients';
import type { Session, SessionHost } from './session-host';
import { ErrorCode, TftpError } from './tftp-error';
import { type OpenFile, Turns } from './turns';

/**
 * One file on its way to one client, or by multicast to a group of them (RFC 2090). Everything leaves from a port of the session's own,
 * which is its transfer identifier (RFC 1350 section 4).
 */
export class ReadSession implements Session {
  private phase: 'opening' | DeviceSessionView['state'] = 'opening';
  private file: OpenFile | undefined;
  private turns: Turns | undefined;
  private fileBytes = 0;
  private startAt = Number.POSITIVE_INFINITY;
  /** Clients that asked for the same file while it was being opened. */
  private waiting: SessionClient[] = [];
  private readonly clients: SessionClients;

  constructor(
    readonly name: string,
    readonly request: TransferRequest,
    private readonly first: SessionClient,
    private readonly host: SessionHost,
    private readonly startedAt: number,
  ) {
    this.clients = new SessionClients(name, host);
    this.clients.add(first);
    host.push({ kind: 'openFile', session: name, file: request.file });
  }

  get isOpening(): boolean {
    return this.phase === 'opening';
  }

  get isOver(): boolean {
    return this.phase === 'done' || this.phase === 'failed';
  }

  get isVerified(): boolean {
    return this.clients.all.some((client) => client.isVerified);
  }

  get deadline(): number {
    return Math.min(
      this.phase === 'collecting' ? this.startAt : Number.POSITIVE_INFINITY,
      this.turns?.deadline ?? Number.POSITIVE_INFINITY,
    );
  }

  // --- Opening ---

  /** The file is open: now it is known how it can be sent. */
  fileOpened(fileBytes: number, now: number): void {
    if (this.phase !== 'opening' || this.file !== undefined) return;
    const isOctet = this.request.mode === 'octet';
    // RFC 2090 numbers the blocks of a file that all clients see alike; in netascii a block cannot be found without those before it.
    const free = isOctet && this.wantsGroup(this.first) ? this.host.claimGroup() : undefined;
    const terms = this.chooseTerms(fileBytes, free !== undefined, now);
    const group = terms.multicast ? free : undefined;
    if (free !== undefined && group === undefined) this.host.releaseGroup(free);
    const Blocks = isOctet ? OctetBlocks : NetasciiBlocks;
    const source = new Blocks(fileBytes, terms.blockBytes);
    const sender = new BlockSender(this.name, source, terms, group ?? this.first.endpoint, this.host, now);
    this.fileBytes = fileBytes;
    this.file = { session: this.name, wireBytes: isOctet ? fileBytes : undefined, terms, group, sender };
    this.host.push({ kind: 'openPort', session: this.name, group: group ?? null });
  }

  portOpened(now: number): void {
    if (this.phase !== 'opening' || this.file === undefined) return;
    this.turns = new Turns(this.file, this.clients, this.host);
    this.tellOpened(this.file);
    this.first.windowBlocks = this.file.terms.windowBlocks;
    this.turns.join(this.first, now);
    this.collect(this.file, now);
  }

  dataRead(offset: number, bytes: Uint8Array, now: number): void {
    if (this.isOver || this.file === undefined) return;
    if (this.file.sender.supply(offset, bytes)) return this.turns?.pump(now);
    this.failed({ code: ErrorCode.undefined, reason: 'The file changed while it was sent' }, now);
  }

  private chooseTerms(fileBytes: number, hasGroup: boolean, now: number): Terms {
    const { mode, asked } = this.request;
    const conditions = {
      ...this.load(now),
      mtu: this.host.options.mtu,
      ipVersion: this.first.endpoint.address.includes(':') ? 6 : 4,
      fileBytes: mode === 'octet' ? fileBytes : undefined,
      hasGroup,
    } as const;
    return chooseTerms(asked, conditions, this.host.options.flow.quality);
  }

  private load(now: number): { openSessions: number; loss: number } {
    return { openSessions: this.host.openSessions - 1, loss: this.host.loss.share(now) };
  }

  /** C2: waits for more clients, but not so long that the first one would give up. */
  private collect({ group }: OpenFile, now: number): void {
    const { delayMs, flow } = this.host.options;
    const { timeout } = this.request.asked;
    const patience = MAX_DELAY_TIMEOUTS * (timeout === undefined ? USUAL_CLIENT_TIMEOUT_MS : timeout * 1000);
    this.phase = 'collecting';
    this.startAt = flow.delayedStart && group !== undefined ? now + Math.min(delayMs, patience) : now;
    this.startIfDue(now);
  }

  private tellOpened({ terms, group }: OpenFile): void {
    this.host.event({
      event: 'session',
      session: this.name,
      file: this.request.file,
      bytes: this.fileBytes,
      group: group === undefined ? null : nameOf(group),
      blksize: terms.blockBytes,
      timeout: terms.timeoutMs / 1000,
      windowsize: terms.windowBlocks,
      why: terms.why,
    });
  }

  // --- Clients ---

  /** Whether this request can join what is being sent (C3), or what is about to be (C2). */
  admits(client: SessionClient): boolean {
    const { joining, delayedStart } = this.host.options.flow;
    const isOpen = this.phase === 'sending' ? joining : this.phase === 'collecting' && (joining || delayedStart);
    if (!isOpen || this.file?.group === undefined || !this.isSameFile(client)) return false;
    const isRoom = this.clients.active.length < MAX_CLIENTS_PER_SESSION;
    return isRoom && allowsBlock(client.request.asked, this.file.terms.blockBytes);
  }

  /** Whether this request had better wait until it is known whether it can join. */
  mayWait(client: SessionClient): boolean {
    const { joining, delayedStart } = this.host.options.flow;
    const isRoom = this.waiting.length < MAX_CLIENTS_PER_SESSION;
    return (
      this.isOpening && (joining || delayedStart) && isRoom && this.wantsGroup(this.first) && this.isSameFile(client)
    );
  }

  private isSameFile(client: SessionClient): boolean {
    const { file, mode } = client.request;
    return this.wantsGroup(client) && mode === 'octet' && file === this.request.file && mode === this.request.mode;
  }

  private wantsGroup({ endpoint, request }: SessionClient): boolean {
    return request.asked.multicast === true && this.host.options.hearsGroups(endpoint.address);
  }

  wait(client: SessionClient): void {
    this.waiting.push(client);
  }

  /** Those that waited, once it is known whether they can join. */
  takeWaiting(): SessionClient[] {
    return this.isOpening ? [] : this.waiting.splice(0);
  }

  join(client: SessionClient, now: number): void {
    if (this.file === undefined) return;
    const { quality } = this.host.options.flow;
    const window = chooseWindow(client.request.asked, this.file.terms.blockBytes, this.load(now), quality);
    client.windowBlocks = window.value;
    this.clients.add(client);
    this.turns?.join(client, now);
  }

  repeated(client: SessionClient, now: number): void {
    this.turns?.repeated(client, now);
  }

  hasFallenSilent(client: SessionClient): boolean {
    return this.turns?.hasFallenSilent(client) ?? false;
  }

  abandoned(client: SessionClient, now: number): void {
    this.waiting = this.waiting.filter((other) => other !== client);
    if (this.turns !== undefined) this.turns.fail(client, 'It asked for something else', now);
    this.host.clientEnded(client);
    if (client === this.first && this.isOpening) this.end(now);
    this.endIfEmpty(now);
  }

  // --- Packets ---

  /** A datagram at the session's port. */
  datagram(bytes: Uint8Array, from: Endpoint, now: number): void {
    const client = this.clients.at(from);
    if (client === undefined) return this.host.stranger(this.name, bytes, from, now);
    if (!client.isActive || this.turns === undefined) return;
    try {
      this.packet(client, readPacket(bytes), this.turns, now);
    } catch (error) {
      if (!(error instanceof TftpError)) throw error;
      this.sendError(client.endpoint, { code: error.code, reason: error.message });
      this.turns.fail(client, `It sent what does not belong there: ${error.message}`, now);
    }
    this.endIfEmpty(now);
  }

  private packet(client: SessionClient, packet: Packet, turns: Turns, now: number): void {
    switch (packet.kind) {
      case 'ack':
        return turns.ack(client, packet.block, now);
      case 'error':
        // RFC 1350 section 7: an ERROR ends the transfer, and is not answered.
        return turns.fail(client, `It ended the transfer: "${packet.message}"`, now);
      case 'read':
        // Some send their request again to where the first answer came from.
        if (isSameRequest({ ...packet, asked: readRequestedOptions(packet.options) }, client.request))
          return turns.repeated(client, now);
    }
    throw new TftpError(ErrorCode.illegalOperation, 'A reader sends nothing but ACKs');
  }

  private sendError(to: Endpoint, { code, reason }: SessionFailure): void {
    this.host.push({ kind: 'send', session: this.name, to, bytes: writeError(code, reason) });
  }

  // --- Time and ends ---

  timeout(now: number): void {
    this.startIfDue(now);
    this.turns?.timeout(now);
    this.endIfEmpty(now);
  }

  private startIfDue(now: number): void {
    if (this.phase !== 'collecting' || now < this.startAt) return;
    this.phase = 'sending';
    this.turns?.start(now);
  }

  /** Nothing more can be sent to anybody. */
  failed(failure: SessionFailure, now: number): void {
    if (this.isOver) return;
    if (this.turns === undefined) this.refuseAll(failure);
    for (const client of this.turns === undefined ? [] : this.clients.active) {
      this.sendError(client.endpoint, failure);
      this.clients.fail(client, failure.reason);
    }
    this.end(now, failure.reason);
  }

  /** Before the port is open there is no session yet for anybody but the server. */
  private refuseAll(failure: SessionFailure): void {
    for (const client of [this.first, ...this.waiting.splice(0)]) {
      this.host.refuse(client.endpoint, this.request, failure);
      this.host.clientEnded(client);
    }
  }

  private endIfEmpty(now: number): void {
    if (!this.isOver && this.clients.active.length === 0) this.end(now);
  }

  private end(now: number, why?: string): void {
    const { clients, complete } = this.clients.totals;
    this.phase = complete > 0 ? 'done' : 'failed';
    if (this.file?.group !== undefined) this.host.releaseGroup(this.file.group);
    this.host.push({ kind: 'closeSession', session: this.name });
    if (this.turns === undefined) return;
    this.host.event({
      event: 'done',
      session: this.name,
      ok: complete === clients,
      sentBlocks: this.file?.sender.sentBlocks ?? 0,
      resentBlocks: this.file?.sender.resentBlocks ?? 0,
      clients,
      complete,
      durationMs: Math.round(now - this.startedAt),
      ...(why === undefined ? {} : { why }),
    });
  }

  // --- Status ---

  view(now: number, wallNow: number): DeviceSessionView | undefined {
    if (this.phase === 'opening' || this.file === undefined || this.turns === undefined) return undefined;
    const { sender, group } = this.file;
    return {
      id: this.name,
      file: this.request.file,
      bytes: this.fileBytes,
      group: group === undefined ? null : nameOf(group),
      state: this.phase,
      progress: sender.share(sender.highestSent),
      rate: this.isOver ? 0 : sender.bytesPerSecond(now),
      sentBlocks: sender.sentBlocks,
      resentBlocks: sender.resentBlocks,
      flow: this.flowView(this.file, now),
      clients: this.clients.all.map((client) => this.clientView(client, sender)),
      startedAt: wallNow - (now - this.startedAt),
    };
  }

  private flowView({ terms, sender }: OpenFile, now: number): FlowControlView {
    return {
      why: terms.why,
      blockBytes: terms.blockBytes,
      timeoutSeconds: terms.timeoutMs / 1000,
      windowBlocks: terms.windowBlocks,
      blocksPerSecond: sender.blocksPerSecond,
      loss: sender.lossShare(now),
    };
  }

  private clientView({ name, role, state, acknowledged, why }: SessionClient, sender: BlockSender): DeviceClientView {
    const progress = state === 'complete' ? 1 : sender.share(acknowledged);
    return { address: name, role, state, progress, ...(why === undefined ? {} : { why }) };
  }
}
