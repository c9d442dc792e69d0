import { getSystemErrorName } from 'node:util';
import {
  LARGEST_BATCH,
  type NativeModule,
  type ReceiverHandle,
  type SenderHandle,
  TRUNCATED,
} from '../accelerator/native-module';
import {
  DataChannelError,
  type DataChannels,
  type DataReceiver,
  type DataSender,
  RECEIVE_BUFFER_BYTES,
  type ReceiverOptions,
  type SenderOptions,
} from './data-channel';
import { drained } from './udp-socket';

/** The data channel on the accelerator: many datagrams with one system call, received in a thread of its own. */
export function acceleratedChannels(native: NativeModule): DataChannels {
  return {
    openSender: async (options) => opening(options, () => new AcceleratedSender(native, options)),
    openReceiver: async (options) => opening(options, () => new AcceleratedReceiver(native, options)),
  };
}

function opening<T>(options: SenderOptions | ReceiverOptions, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw DataChannelError.from(error, options);
  }
}

/** While the system's queue is full, try again after this long: at a gigabit it drains half of what it holds. */
const RETRY_MS = 1;

class AcceleratedSender implements DataSender {
  readonly sourceAddress: string;
  readonly sourcePort: number;
  private readonly handle: SenderHandle;
  /** What is sent in one go when the caller has done what it does in one go, or when it is enough. */
  private waiting: Uint8Array[] = [];
  private isFlushDue = false;
  private retry: NodeJS.Timeout | undefined;
  private closed: Promise<void> | undefined;

  constructor(
    private readonly native: NativeModule,
    { group, port, interface: address, ttl }: SenderOptions,
  ) {
    this.handle = native.openSender(group, port, address, ttl);
    [this.sourceAddress, this.sourcePort] = native.senderAddress(this.handle);
  }

  get queued(): number {
    return this.waiting.length;
  }

  send(datagram: Uint8Array): void {
    if (this.closed !== undefined) return;
    this.waiting.push(datagram);
    if (this.retry !== undefined) return;
    if (this.waiting.length >= LARGEST_BATCH) this.flush();
    else this.flushSoon();
  }

  close(): Promise<void> {
    this.closed ??= drained(() => this.queued).then(() => {
      clearTimeout(this.retry);
      this.waiting = [];
      this.native.closeSender(this.handle);
    });
    return this.closed;
  }

  private flushSoon(): void {
    if (this.isFlushDue) return;
    this.isFlushDue = true;
    queueMicrotask(() => {
      this.isFlushDue = false;
      if (this.retry === undefined) this.flush();
    });
  }

  private flush(): void {
    this.retry = undefined;
    while (this.waiting.length > 0) {
      const taken = this.native.send(this.handle, this.waiting);
      const isFull = taken < Math.min(this.waiting.length, LARGEST_BATCH);
      this.waiting = this.waiting.slice(taken);
      if (!isFull) continue;
      this.retry = setTimeout(() => this.flush(), RETRY_MS);
      return;
    }
  }
}

/** So many datagrams are handed over before the event loop has its turn again: timers and connections must not starve. */
const DATAGRAMS_A_TURN = 256;
/** Numbers for each slot in the table. */
const NUMBERS = 2;

class AcceleratedReceiver implements DataReceiver {
  readonly bufferBytes: number;
  private readonly handle: ReceiverHandle;
  private readonly ring: Uint8Array;
  private readonly table: Uint32Array;
  /** Nearly all datagrams have the same length: a view of each slot is made once. */
  private readonly views: (Uint8Array | undefined)[];
  private source = { number: -1, address: '', port: 0 };
  private slot = 0;
  private turn: NodeJS.Immediate | undefined;
  private hasFailed = false;
  private isClosed = false;

  constructor(
    private readonly native: NativeModule,
    private readonly options: ReceiverOptions,
  ) {
    const { group, port, interface: address } = options;
    this.ring = new Uint8Array(native.slots * native.slotBytes);
    this.table = new Uint32Array(native.slots * NUMBERS);
    this.views = new Array<Uint8Array | undefined>(native.slots).fill(undefined);
    // In a turn of its own: Node-API swallows what is thrown in here.
    const onReadable = () => {
      this.turn = setImmediate(() => this.drain());
    };
    this.handle = native.openReceiver(group, port, address, RECEIVE_BUFFER_BYTES, this.ring, this.table, onReadable);
    this.bufferBytes = native.bufferBytes(this.handle);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearImmediate(this.turn);
    this.native.closeReceiver(this.handle);
  }

  private drain(): void {
    if (this.isClosed) return;
    const count = Math.min(this.native.readable(this.handle), DATAGRAMS_A_TURN);
    if (count === 0) return this.reportFailure();
    // First: the next turn comes even where a callee throws.
    this.turn = setImmediate(() => this.drain());
    this.handOver(count);
  }

  private handOver(count: number): void {
    let done = 0;
    try {
      while (done < count && !this.isClosed) {
        const { slot } = this;
        this.slot = (slot + 1) % this.native.slots;
        done++;
        this.deliver(slot);
      }
    } finally {
      if (!this.isClosed) this.native.release(this.handle, done);
    }
  }

  private deliver(slot: number): void {
    const length = this.table[slot * NUMBERS] ?? TRUNCATED;
    // Longer than any of ours; the system has cut it.
    if (length === TRUNCATED) return;
    const number = this.table[slot * NUMBERS + 1] ?? 0;
    if (number !== this.source.number) {
      const [address, port] = this.native.sourceOf(this.handle, slot);
      this.source = { number, address, port };
    }
    this.options.onDatagram(this.viewOf(slot, length), this.source.address, this.source.port);
  }

  private viewOf(slot: number, length: number): Uint8Array {
    const known = this.views[slot];
    if (known?.length === length) return known;
    const start = slot * this.native.slotBytes;
    const view = this.ring.subarray(start, start + length);
    this.views[slot] = view;
    return view;
  }

  private reportFailure(): void {
    const error = this.native.errorOf(this.handle);
    if (error === 0 || this.hasFailed) return;
    this.hasFailed = true;
    this.options.onError?.(new Error(getSystemErrorName(-error)));
  }
}
