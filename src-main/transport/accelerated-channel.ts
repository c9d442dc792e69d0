import { getSystemErrorName } from 'node:util';
import { LARGEST_BATCH, type NativeModule, type ReceiverHandle, type SenderHandle } from '../accelerator/native-module';
import {
  DataChannelError,
  type DataChannels,
  type DataReceiver,
  type DataSender,
  datagramsIn,
  RECEIVE_BUFFER_BYTES,
  type ReceiverOptions,
  type SenderOptions,
  throwLater,
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

/** 44 datagrams of full size are one buffer that the system cuts up: so many are worth a call. */
const WORTH_A_CALL = 44;
/** While the system's queue is full, try again after this long: at a gigabit it drains half of what it holds. */
const RETRY_MS = 1;
const NOTHING = new Uint8Array();

class AcceleratedSender implements DataSender {
  readonly sourceAddress: string;
  readonly sourcePort: number;
  private readonly handle: SenderHandle;
  /** What is sent in one go when the caller has done what it does in one go, or when it is enough: runs, and… */
  private runs: Uint8Array[] = [];
  /** …the size of each run's datagrams. */
  private sizes: number[] = [];
  private waiting = 0;
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
    return this.waiting;
  }

  send(run: Uint8Array, datagramBytes = run.length): void {
    if (this.closed !== undefined) return;
    this.runs.push(run);
    this.sizes.push(datagramBytes);
    this.waiting += datagramsIn(run, datagramBytes);
    if (this.retry !== undefined) return;
    if (this.waiting >= WORTH_A_CALL) this.flush();
    else this.flushSoon();
  }

  close(): Promise<void> {
    this.closed ??= drained(() => this.queued).then(() => {
      clearTimeout(this.retry);
      this.drop(this.waiting);
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
    while (this.waiting > 0) {
      const taken = this.native.send(this.handle, this.runs, this.sizes);
      const isFull = taken < Math.min(this.waiting, LARGEST_BATCH);
      this.drop(taken);
      if (!isFull) continue;
      this.retry = setTimeout(() => this.flush(), RETRY_MS);
      return;
    }
  }

  /** The first `count` datagrams are done with; of a run perhaps only some. */
  private drop(count: number): void {
    this.waiting -= count;
    let left = count;
    while (left > 0) {
      const [run = NOTHING] = this.runs;
      const [size = 0] = this.sizes;
      const datagrams = datagramsIn(run, size);
      if (datagrams > left) {
        this.runs[0] = run.subarray(left * size);
        return;
      }
      this.runs.shift();
      this.sizes.shift();
      left -= datagrams;
    }
  }
}

/** So much is handed over before the event loop has its turn again: timers and connections must not starve. */
const BYTES_A_TURN = 512 * 1024;
/** Numbers for each batch in the table. */
const NUMBERS = 4;

class AcceleratedReceiver implements DataReceiver {
  readonly bufferBytes: number;
  private readonly handle: ReceiverHandle;
  private readonly ring: Uint8Array;
  private readonly table: Uint32Array;
  private source = { number: -1, address: '', port: 0 };
  private batch = 0;
  private turn: NodeJS.Immediate | undefined;
  private hasFailed = false;
  private isClosed = false;

  constructor(
    private readonly native: NativeModule,
    private readonly options: ReceiverOptions,
  ) {
    const { group, port, interface: address } = options;
    this.ring = new Uint8Array(native.ringBytes);
    this.table = new Uint32Array(native.ringBatches * NUMBERS);
    const onReadable = () => this.drain();
    this.handle = native.openReceiver(group, port, address, RECEIVE_BUFFER_BYTES, this.ring, this.table, onReadable);
    this.bufferBytes = native.bufferBytes(this.handle);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearImmediate(this.turn);
    this.native.closeReceiver(this.handle);
  }

  private drain(): void {
    for (let bytes = 0; !this.isClosed; ) {
      const count = this.native.readable(this.handle);
      if (count === 0) return this.reportFailure();
      if (bytes >= BYTES_A_TURN) {
        this.turn = setImmediate(() => this.drain());
        return;
      }
      bytes += this.handOver(count);
    }
  }

  /** @returns how many bytes that were */
  private handOver(count: number): number {
    let bytes = 0;
    let done = 0;
    while (done < count && bytes < BYTES_A_TURN && !this.isClosed) {
      bytes += this.deliver(this.batch);
      this.batch = (this.batch + 1) % this.native.ringBatches;
      done++;
    }
    if (!this.isClosed) this.native.release(this.handle, done);
    return bytes;
  }

  private deliver(batch: number): number {
    const at = batch * NUMBERS;
    const start = this.table[at] ?? 0;
    const bytes = this.table[at + 1] ?? 0;
    const number = this.table[at + 3] ?? 0;
    if (number !== this.source.number) {
      const [address, port] = this.native.sourceOf(this.handle, batch);
      this.source = { number, address, port };
    }
    try {
      const datagrams = this.ring.subarray(start, start + bytes);
      this.options.onDatagrams(datagrams, this.table[at + 2] ?? 0, this.source.address, this.source.port);
    } catch (error) {
      // Node-API would swallow it.
      throwLater(error);
    }
    return bytes;
  }

  private reportFailure(): void {
    const error = this.native.errorOf(this.handle);
    if (error === 0 || this.hasFailed) return;
    this.hasFailed = true;
    this.options.onError?.(new Error(getSystemErrorName(-error)));
  }
}
