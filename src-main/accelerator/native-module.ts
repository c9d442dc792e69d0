import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The functions of the accelerator, a module in C beside this file: sockets that take and give many datagrams with one
 * system call, and arithmetic for parity. For a multicast address and its interface see transport/data-channel.ts.
 */
export interface NativeModule {
  /** @throws Error that says which step the system refused and why. */
  openSender(group: string, port: number, address: string, ttl: number): SenderHandle;
  /**
   * Sends the first datagrams of these runs, at most LARGEST_BATCH, before it returns.
   * @param runs each of them datagrams in a row
   * @param datagramBytes of each run, the size of its datagrams; the last one is what is left
   * @returns how many datagrams are done with, sent or refused; fewer than it takes where the system's queue is full.
   */
  send(sender: SenderHandle, runs: readonly Uint8Array[], datagramBytes: readonly number[]): number;
  /** From where the datagrams come, as receivers see it. @throws Error */
  senderAddress(sender: SenderHandle): readonly [address: string, port: number];
  /** Calls after this throw, but for another close. */
  closeSender(sender: SenderHandle): void;

  readonly ringBytes: number;
  readonly ringBatches: number;
  /**
   * Receives, in a thread of its own, into a ring until closed. A batch is one datagram, or several of one source, one after the
   * other, all equally long but the last, which may be shorter.
   * @param bufferBytes what to ask of the system
   * @param ring `ringBytes` bytes; must not be detached while the receiver is open
   * @param table four numbers for each of `ringBatches` batches: where in the ring it begins, its bytes, those of a datagram, and a
   *   number of its source, which changes where the source does
   * @param onReadable called when the ring holds something, or has failed (`errorOf`); not again before `readable` gave 0
   * @throws Error that says which step the system refused and why.
   */
  openReceiver(
    group: string,
    port: number,
    address: string,
    bufferBytes: number,
    ring: Uint8Array,
    table: Uint32Array,
    onReadable: () => void,
  ): ReceiverHandle;
  /** What the system granted. */
  bufferBytes(receiver: ReceiverHandle): number;
  /** How many batches wait, after those released last. */
  readable(receiver: ReceiverHandle): number;
  /** Without IPv6 zone. */
  sourceOf(receiver: ReceiverHandle, batch: number): readonly [address: string, port: number];
  /** The oldest `count` batches may be overwritten. */
  release(receiver: ReceiverHandle, count: number): void;
  /** The system's number of the error that ended it; 0 where it runs. */
  errorOf(receiver: ReceiverHandle): number;
  /** Ends the thread before it returns. Calls after this throw, but for another close. */
  closeReceiver(receiver: ReceiverHandle): void;

  /**
   * What `Combine` is (coding/combiner.ts), for units of up to 2048 bytes; undefined where the processor has no AVX2.
   * @throws TypeError where lengths do not go together
   */
  readonly combine?: (sums: Uint8Array, matrix: Uint8Array, units: Uint8Array, unitBytes: number) => void;
}

declare const kind: unique symbol;
export type SenderHandle = { readonly [kind]: 'sender' };
export type ReceiverHandle = { readonly [kind]: 'receiver' };

/** Datagrams that one call takes at most. */
export const LARGEST_BATCH = 64;

/** As in the C sources: a binary that was built for other ones is not used. */
const VERSION = 5;
const FUNCTIONS = [
  ...['openSender', 'send', 'senderAddress', 'closeSender'],
  ...['openReceiver', 'bufferBytes', 'readable', 'sourceOf', 'release', 'errorOf', 'closeReceiver'],
];

/** Where `npm run build:accelerator` puts the module, below the project's folder; as node-gyp-build names places. */
const BINARY = join('out', 'prebuilds', `${process.platform}-${process.arch}`, 'tutti.napi.node');

let loaded: { readonly native: NativeModule | undefined } | undefined;

/** The accelerator, where there is one for this system; loaded when first asked for. Never throws. */
export function loadNativeModule(): NativeModule | undefined {
  loaded ??= { native: load() };
  return loaded.native;
}

function load(): NativeModule | undefined {
  try {
    const root = projectFolder(import.meta.dirname);
    if (root === undefined) return undefined;
    const found: unknown = createRequire(import.meta.url)(join(root, BINARY));
    return isNativeModule(found) ? found : undefined;
  } catch {
    // None was built, or it is for another system: node:dgram does the same.
    return undefined;
  }
}

/** Sources, bundles and the packaged archive lie at different depths below the same package.json. */
function projectFolder(from: string): string | undefined {
  if (existsSync(join(from, 'package.json'))) return from;
  const above = dirname(from);
  return above === from ? undefined : projectFolder(above);
}

function isNativeModule(value: unknown): value is NativeModule {
  if (typeof value !== 'object' || value === null) return false;
  const members = new Map(Object.entries(value));
  return members.get('version') === VERSION && FUNCTIONS.every((name) => typeof members.get(name) === 'function');
}
