import type { FileEvent, SubscriberEvent } from '../../src-shared/ipc/channel-events';
import type { SubscriptionView } from '../../src-shared/ipc/channel-views';
import { messageOf } from '../../src-shared/text/message-of';
import type { JoinPoint } from '../archive/packet';
import { hasWildcard } from '../archive/subjects';
import type { ChannelBus, Subscription } from './bus';
import { FileLog } from './file-log';
import { FolderSink } from './folder-sink';
import type { Memory } from './watched-folder';

export interface FolderSubscriptionOptions {
  readonly bus: ChannelBus;
  readonly pattern: string;
  /** For channels that were not heard before; the others go on where they were left. */
  readonly from: JoinPoint;
  readonly directory: string;
  readonly partsDirectory: string;
  readonly memory: Memory;
  onEvent?(event: SubscriberEvent | FileEvent): void;
}

/** Channels whose files go into a folder, for as long as it is open: a publisher that closes its channel may open it again. */
export class FolderSubscription {
  /** Resolves when it was closed. @throws StorageError where the disk takes nothing more, ChannelError */
  readonly ended: Promise<void>;
  private failure: string | undefined;
  private isClosed = false;

  private constructor(
    private readonly options: FolderSubscriptionOptions,
    private subscription: Subscription,
    private readonly sink: FolderSink,
    private readonly files: FileLog,
  ) {
    this.ended = this.run().catch((error: unknown) => {
      this.failure = messageOf(error);
      throw error;
    });
    // Whoever does not wait for the end reads it in the view.
    this.ended.catch(() => undefined);
  }

  /** @throws ChannelError, StorageError */
  static async open(options: FolderSubscriptionOptions): Promise<FolderSubscription> {
    const files = new FileLog();
    const sink = new FolderSink({
      directory: options.directory,
      partsDirectory: options.partsDirectory,
      memory: options.memory,
      foldersBySubject: hasWildcard(options.pattern),
      onFile: (subject, file) => {
        files.add(file);
        const { at: _, ...facts } = file;
        options.onEvent?.({ event: 'file', subject, ...facts });
      },
    });
    return new FolderSubscription(options, await subscribe(options, sink), sink, files);
  }

  view(): SubscriptionView {
    const { failure } = this;
    const state = failure === undefined ? {} : { state: 'failed' as const, failure };
    return { ...this.subscription.view(), ...state, folder: this.options.directory, files: this.files.list };
  }

  /** Ends it; everything taken is remembered. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.subscription.close();
    await this.ended.catch(() => undefined);
  }

  private async run(): Promise<void> {
    try {
      while (!this.isClosed) {
        for await (const packet of this.subscription) await this.sink.take(packet);
        if (this.isClosed) return;
        await this.subscription.close();
        this.subscription = await subscribe(this.options, this.sink);
      }
    } finally {
      await this.sink.close();
    }
  }
}

async function subscribe(
  { bus, pattern, from, onEvent }: FolderSubscriptionOptions,
  sink: FolderSink,
): Promise<Subscription> {
  return bus.subscribe(pattern, {
    from,
    cursors: sink.positions(),
    onEvent: (event) => {
      // A disk that takes nothing is told with the first packet.
      if (event.event === 'joined') sink.joined(event.subject, event.from).catch(() => undefined);
      onEvent?.(event);
    },
  });
}
