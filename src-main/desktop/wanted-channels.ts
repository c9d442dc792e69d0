import { messageOf } from '../../src-shared/text/message-of';

/** A channel as it is open: published or followed. */
interface OpenChannel<View> {
  view(): View;
  /** It goes on when it is opened again. */
  close(): Promise<void>;
  /** Nobody wants it any more. */
  end(): Promise<void>;
}

/** What is wanted of it, and why it could not be opened, where that is so. */
interface Slot<Wanted, View> {
  readonly wanted: Wanted;
  readonly channel: OpenChannel<View> | undefined;
  readonly failure: string | undefined;
}

export interface WantedChannelsParts<Wanted, View> {
  keyOf(wanted: Wanted): string;
  open(wanted: Wanted): Promise<OpenChannel<View>>;
  /** How one looks that could not be opened. */
  failed(wanted: Wanted, reason: string): View;
}

/** Keeps those channels open that are wanted; one that fails is shown as failed, and opened again when that is asked for. */
export class WantedChannels<Wanted, View extends { readonly state: string }> {
  readonly #parts: WantedChannelsParts<Wanted, View>;
  readonly #slots = new Map<string, Slot<Wanted, View>>();

  constructor(parts: WantedChannelsParts<Wanted, View>) {
    this.#parts = parts;
  }

  /** Ends what is not wanted any more, or otherwise than before, and opens the rest, also what has failed. Never rejects. */
  async adopt(wanted: readonly Wanted[]): Promise<void> {
    const keys = new Map(wanted.map((one) => [this.#parts.keyOf(one), one]));
    for (const [key, slot] of this.#slots) {
      const now = keys.get(key);
      if (now === undefined || !isSame(now, slot.wanted) || this.#isFailed(slot)) await this.#end(key, slot);
    }
    for (const [key, one] of keys) if (!this.#slots.has(key)) this.#slots.set(key, await this.#open(one));
  }

  /** Lets go of all of them, to be opened anew later. Never rejects. */
  async close(): Promise<void> {
    const slots = [...this.#slots.values()];
    this.#slots.clear();
    await Promise.all(slots.map(({ channel }) => channel?.close().catch(() => {})));
  }

  views(): View[] {
    return [...this.#slots.values()].map(
      ({ wanted, channel, failure = '' }) => channel?.view() ?? this.#parts.failed(wanted, failure),
    );
  }

  get hasFailed(): boolean {
    return [...this.#slots.values()].some((slot) => this.#isFailed(slot));
  }

  #isFailed({ channel }: Slot<Wanted, View>): boolean {
    return channel === undefined || channel.view().state === 'failed';
  }

  async #open(wanted: Wanted): Promise<Slot<Wanted, View>> {
    try {
      return { wanted, channel: await this.#parts.open(wanted), failure: undefined };
    } catch (error) {
      return { wanted, channel: undefined, failure: messageOf(error) };
    }
  }

  async #end(key: string, { channel }: Slot<Wanted, View>): Promise<void> {
    this.#slots.delete(key);
    // What it could not write at its end it says in its picture, which nobody has any more.
    await channel?.end().catch(() => {});
  }
}

/** Both are plain data of this program's own making, with the keys in the same order. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
