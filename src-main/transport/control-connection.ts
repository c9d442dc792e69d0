import type { TLSSocket } from 'node:tls';
import { plainText } from '../../src-shared/text/plain-text';
import { MAX_FRAME_BYTES, MAX_REASON_CHARS, MAX_REPORT_JSON_BYTES } from '../../src-shared/wire/limits';
import type { StudentMessage, TeacherMessage } from '../../src-shared/wire/messages';
import type { Progress } from '../../src-shared/wire/progress';
import { isSession, type Message, type SessionMessage } from '../../src-shared/wire/session-messages';
import { WireError } from '../../src-shared/wire/wire-error';
import { plainAddress } from './address';
import { type Clock, systemClock } from './clock';
import { ControlFault, type FaultCode } from './control-fault';
import { encodeMessage, encodeProgressFrame, type Frame, FrameDecoder } from './frame-codec';
import { MessageBudget } from './message-budget';
import { OutgoingQueue } from './outgoing-queue';

/** Bounds of one connection (PROTOCOL.md section 4.1). */
export interface ConnectionLimits {
  /** A side that has heard nothing for so long pings; the pong is something to hear. */
  readonly pingMs: number;
  /** A peer that was not heard for so long is dead: four pings lost in a row. */
  readonly silentMs: number;
  /** A peer whose system takes nothing for so long, while something waits for it, has stopped reading. */
  readonly stalledMs: number;
  /** More than this never waits for one peer: two of the longest frames. */
  readonly queuedBytes: number;
  /** How long a closing connection may take to deliver its last words. */
  readonly lingerMs: number;
  /** What the peer may say, in the long run and in one burst. */
  readonly messagesPerSecond: number;
  readonly messagesAtOnce: number;
}

const LIMITS: ConnectionLimits = {
  pingMs: 2_000,
  silentMs: 5_000,
  stalledMs: 10_000,
  queuedBytes: 2 * MAX_FRAME_BYTES,
  lingerMs: 2_000,
  // A teacher's fills come as fast as the network brings them.
  messagesPerSecond: Number.POSITIVE_INFINITY,
  messagesAtOnce: Number.POSITIVE_INFINITY,
};

/** Fills are pulled while less than this waits: enough to keep the link busy between two turns of the event loop. */
export const LOW_WATER_BYTES = 256 * 1024;

/**
 * Why a connection is over. `ended`: the peer closed it; `closed`: we did; `silent`: nothing heard, dead or cut off;
 * `stalled`: the peer stopped reading; `fault`: the peer said why it closes; `refused`: we told it why we close;
 * `network`: the system's error.
 */
export type CloseCause = 'ended' | 'closed' | 'silent' | 'stalled' | 'fault' | 'refused' | 'network';

export interface CloseReason {
  readonly cause: CloseCause;
  /** For `fault` and `refused`. */
  readonly code?: FaultCode;
  /** One sentence for people. */
  readonly reason: string;
}

export interface ControlHandlers<In> {
  /** A WireError or ControlFault thrown here ends the connection with that fault. */
  onMessage(message: In, attachment: Uint8Array): void;
  onProgress?(progress: Progress): void;
  /** Something left and fewer than LOW_WATER_BYTES wait: room for more fills. */
  onDrain?(): void;
  /** Once, whoever closed; nothing is called after it. */
  onClose?(reason: CloseReason): void;
}

export interface ConnectionOptions {
  readonly peerFingerprint: string;
  readonly clock?: Clock;
  readonly limits?: Partial<ConnectionLimits>;
}

/** A teacher's connection to a student. */
export type StudentConnection = ControlConnection<TeacherMessage, StudentMessage>;
/** A student's connection to its teacher. */
export type TeacherConnection = ControlConnection<StudentMessage, TeacherMessage>;

/**
 * One peer's control connection over an established TLS socket: typed messages, keep-alive, bounded queue.
 * Nothing is read before handlers are attached.
 */
export class ControlConnection<Out extends Message, In extends Message> {
  readonly peerFingerprint: string;
  /** Without IPv6 zone, IPv4-mapped addresses as IPv4. */
  readonly localAddress: string;
  readonly remoteAddress: string;

  private readonly clock: Clock;
  private readonly limits: ConnectionLimits;
  private readonly decoder = new FrameDecoder();
  private readonly budget: MessageBudget;
  private readonly queue: OutgoingQueue;
  private handlers: ControlHandlers<In> | undefined;
  /** Frames that came in the same piece as the one after which the handlers were detached. */
  private readonly held: Frame[] = [];
  private closeReason: CloseReason | undefined;
  private lastHeard: number;
  private pings = 0;
  private cancelTimer: () => void;
  private readonly gone: Promise<void>;

  constructor(
    private readonly socket: TLSSocket,
    private readonly parse: (body: unknown) => In | undefined,
    options: ConnectionOptions,
  ) {
    this.peerFingerprint = options.peerFingerprint;
    this.localAddress = plainAddress(socket.localAddress);
    this.remoteAddress = plainAddress(socket.remoteAddress);
    this.clock = options.clock ?? systemClock;
    this.limits = { ...LIMITS, ...options.limits };
    this.lastHeard = this.clock.now();
    const { messagesPerSecond, messagesAtOnce } = this.limits;
    this.budget = new MessageBudget(messagesPerSecond, messagesAtOnce, this.lastHeard);
    this.queue = new OutgoingQueue(
      (bytes, taken) => socket.write(bytes, (error) => (error ? undefined : taken())),
      () => this.clock.now(),
      () => this.drained(),
    );
    this.cancelTimer = this.clock.after(this.limits.pingMs / 2, () => this.tick());
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()));
    this.listen();
  }

  /** Resolves when the socket is closed: after `close`, when the last words have left. */
  whenGone(): Promise<void> {
    return this.gone;
  }

  get isOpen(): boolean {
    return this.closeReason === undefined;
  }

  /** Bytes that wait for the peer. */
  get queuedBytes(): number {
    return this.queue.bytes;
  }

  /** Starts reading, or goes on with other handlers. A connection that is over already says so at once. */
  attach(handlers: ControlHandlers<In>): void {
    this.handlers = handlers;
    if (this.closeReason !== undefined) return handlers.onClose?.(this.closeReason);
    this.guard(() => this.deliver(this.held.splice(0)));
    if (this.handlers !== undefined) this.socket.resume();
  }

  /** Stops reading until other handlers are attached; what has been read already waits for them. */
  detach(): void {
    this.handlers = undefined;
    if (this.isOpen) this.socket.pause();
  }

  /** For a teacher, who sends manifests: the limit of its frames goes from MAX_HELLO_BYTES to MAX_FRAME_BYTES. */
  acceptLongFrames(): void {
    this.decoder.setLimits(MAX_FRAME_BYTES, MAX_FRAME_BYTES);
  }

  /** For a student that has said hello: only attachments may be long now. */
  acceptReports(): void {
    this.decoder.setLimits(MAX_FRAME_BYTES, MAX_REPORT_JSON_BYTES);
  }

  /** @throws WireError where the message is too long for any peer. */
  send(message: Out | SessionMessage, attachment?: Uint8Array): void {
    this.sendFrame(encodeMessage(message, attachment));
  }

  sendProgress(progress: Progress): void {
    this.sendFrame(encodeProgressFrame(progress));
  }

  /** Sends what `encodeMessage` made, for a message to many peers. Ignored once the connection is over. */
  sendFrame(frame: Uint8Array): void {
    if (!this.isOpen) return;
    this.queue.push(frame);
    if (this.queue.bytes > this.limits.queuedBytes) this.abandon('stalled', 'It does not read what is sent to it.');
  }

  /** Delivers what is queued, then closes. */
  close(reason = 'The connection was closed.'): void {
    this.finish({ cause: 'closed', reason }, true);
  }

  /** Tells the peer why, then closes. */
  fault(code: FaultCode, reason: string): void {
    if (!this.isOpen) return;
    this.queue.push(encodeMessage({ type: 'fault', code, reason: reason.slice(0, MAX_REASON_CHARS) }));
    this.finish({ cause: 'refused', code, reason }, true);
  }

  /** Asks for a sign of life, and ends the connection where none comes in time: for when the computer has slept. */
  probe(withinMs: number): void {
    const asked = this.clock.now();
    this.sendFrame(encodeMessage({ type: 'ping', id: this.pings++ }));
    this.clock.after(withinMs, () => {
      if (this.lastHeard <= asked) this.abandon('silent', 'It does not answer any more.');
    });
  }

  private listen(): void {
    const { socket } = this;
    socket.pause();
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    // 'close' follows every error.
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      this.finish(closedBy(failure), false);
      this.cancelTimer();
    });
  }

  private receive(chunk: Buffer): void {
    if (!this.isOpen) return;
    this.lastHeard = this.clock.now();
    this.guard(() => this.deliver(this.decoder.feed(chunk)));
  }

  private deliver(frames: Iterable<Frame>): void {
    for (const frame of frames) {
      if (!this.isOpen) return;
      if (this.handlers === undefined) this.held.push(frame);
      else this.dispatch(frame, this.handlers);
    }
  }

  private dispatch(frame: Frame, handlers: ControlHandlers<In>): void {
    if (!this.budget.spend(this.clock.now())) throw new ControlFault('protocol', 'Far too many messages came at once.');
    if (frame.kind === 'progress') return handlers.onProgress?.(frame.progress);
    const message = this.parse(frame.body);
    // A kind that this version does not know (section 4.1).
    if (message === undefined) return;
    if (!this.handleSession(message)) handlers.onMessage(message, frame.attachment);
  }

  /** The messages that concern the connection alone. */
  private handleSession(message: Message): boolean {
    if (isSession(message, 'ping')) this.sendFrame(encodeMessage({ type: 'pong', id: message.id }));
    else if (isSession(message, 'fault')) {
      const reason = plainText(message.reason, MAX_REASON_CHARS);
      this.finish({ cause: 'fault', code: message.code, reason }, true);
    } else return message.type === 'pong';
    return true;
  }

  private guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof ControlFault) this.fault(error.code, error.message);
      else if (error instanceof WireError) this.fault('protocol', `This is not the Tutti protocol: ${error.message}.`);
      else throw error;
    }
  }

  private drained(): void {
    if (this.isOpen && this.queue.bytes < LOW_WATER_BYTES) this.handlers?.onDrain?.();
  }

  private tick(): void {
    this.cancelTimer = this.clock.after(this.limits.pingMs / 2, () => this.tick());
    const now = this.clock.now();
    if (now - this.lastHeard >= this.limits.silentMs) return this.abandon('silent', 'It does not answer any more.');
    if (this.queue.stalledFor(now) >= this.limits.stalledMs)
      return this.abandon('stalled', 'It does not read what is sent to it.');
    // Whoever hears something needs no pong to know that the peer lives.
    if (now - this.lastHeard >= this.limits.pingMs) this.sendFrame(encodeMessage({ type: 'ping', id: this.pings++ }));
  }

  private abandon(cause: CloseCause, reason: string): void {
    this.finish({ cause, reason }, false);
  }

  private finish(reason: CloseReason, politely: boolean): void {
    if (this.closeReason !== undefined) return;
    this.closeReason = reason;
    this.cancelTimer();
    if (politely) this.linger();
    else this.socket.destroy();
    this.handlers?.onClose?.(reason);
  }

  /** Reads on and ignores it: closing with unread input would reset the connection under the last words. */
  private linger(): void {
    this.cancelTimer = this.clock.after(this.limits.lingerMs, () => this.socket.destroy());
    this.socket.resume();
    this.queue.onceEmpty(() => this.socket.end());
  }
}

function closedBy(failure: Error | undefined): CloseReason {
  if (failure === undefined) return { cause: 'ended', reason: 'It closed the connection.' };
  return { cause: 'network', reason: `The connection broke: ${failure.message}.` };
}
