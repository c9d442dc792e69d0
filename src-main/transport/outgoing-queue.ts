/** Where the queue's bytes go; `taken` is called once the system has taken them. */
export type Sink = (bytes: Uint8Array, taken: () => void) => void;

/** Small enough that a slow peer is seen to move, large enough for TLS and the system to work at full speed. */
const SLICE_BYTES = 64 * 1024;

/**
 * Frames on their way to one peer, handed on slice by slice, so that it is known how much is waiting and since when
 * nothing has moved: a stream hides both inside one large write.
 */
export class OutgoingQueue {
  private readonly waiting: Uint8Array[] = [];
  private inFlight = 0;
  private waitingBytes = 0;
  private movedAt = 0;
  private whenEmpty: (() => void) | undefined;

  /** @param onTaken called after each slice that left. */
  constructor(
    private readonly sink: Sink,
    private readonly now: () => number,
    private readonly onTaken: () => void,
  ) {}

  /** Bytes that the system has not taken yet. */
  get bytes(): number {
    return this.waitingBytes + this.inFlight;
  }

  /** For how many ms bytes have been waiting without any being taken; 0 where nothing waits. */
  stalledFor(now: number): number {
    return this.bytes === 0 ? 0 : now - this.movedAt;
  }

  /** The frame must not be changed afterwards: it is queued by reference. */
  push(frame: Uint8Array): void {
    if (this.bytes === 0) this.movedAt = this.now();
    this.waiting.push(frame);
    this.waitingBytes += frame.length;
    this.pump();
  }

  /** Calls back once, when nothing is left to send. */
  onceEmpty(callback: () => void): void {
    if (this.bytes === 0) callback();
    else this.whenEmpty = callback;
  }

  private pump(): void {
    if (this.inFlight > 0 || this.waitingBytes === 0) return;
    const slice = this.nextSlice();
    this.inFlight = slice.length;
    this.waitingBytes -= slice.length;
    this.sink(slice, () => this.taken());
  }

  private taken(): void {
    this.inFlight = 0;
    this.movedAt = this.now();
    this.pump();
    this.onTaken();
    if (this.bytes === 0) this.whenEmpty?.();
  }

  /** Small frames together, or a piece of a large one. */
  private nextSlice(): Uint8Array {
    const parts: Uint8Array[] = [];
    let size = 0;
    for (let frame = this.waiting[0]; frame !== undefined && size < SLICE_BYTES; frame = this.waiting[0]) {
      const part = frame.subarray(0, SLICE_BYTES - size);
      if (part.length === frame.length) this.waiting.shift();
      else this.waiting[0] = frame.subarray(part.length);
      parts.push(part);
      size += part.length;
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
  }
}
