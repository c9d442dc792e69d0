import type { Clock } from './clock';

interface Closable {
  close(): Promise<void>;
}

/** How often interfaces that came or went are noticed, and those that failed are tried again. */
const REFRESH_MS = 5_000;

/** One socket on each interface in use: opened as interfaces come, closed as they go. */
export class PerInterface<T extends Closable> {
  private readonly sockets = new Map<string, T>();
  private refreshing: Promise<void> = Promise.resolve();
  private cancelTimer: () => void = () => {};
  private closed = false;

  constructor(
    private readonly clock: Clock,
    private readonly addresses: () => readonly string[],
    private readonly openSocket: (address: string) => Promise<T>,
  ) {
    this.schedule();
  }

  /** The sockets that are open now. */
  get open(): Iterable<T> {
    return this.sockets.values();
  }

  /** Opens every socket anew: after a sleep or in another network, a group that was joined may be joined no more. Never rejects. */
  reopen(): Promise<void> {
    this.cancelTimer();
    return this.next(async () => {
      this.cancelTimer();
      await this.keepOnly(new Set());
      await this.refresh();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancelTimer();
    await this.refreshing;
    await this.keepOnly(new Set());
  }

  private schedule(): void {
    void this.next(() => this.refresh());
  }

  /** One piece of work after the other; then the sockets are looked at again after a while. */
  private next(work: () => Promise<void>): Promise<void> {
    const again = () => {
      if (!this.closed) this.cancelTimer = this.clock.after(REFRESH_MS, () => this.schedule());
    };
    // The list of interfaces can fail, too; the next one may not.
    this.refreshing = this.refreshing.then(() => (this.closed ? undefined : work())).then(again, again);
    return this.refreshing;
  }

  private async refresh(): Promise<void> {
    const wanted = new Set(this.addresses());
    await this.keepOnly(wanted);
    for (const address of wanted) if (!this.sockets.has(address)) await this.tryOpen(address);
  }

  private async tryOpen(address: string): Promise<void> {
    try {
      this.sockets.set(address, await this.openSocket(address));
    } catch {
      // An interface that is not ready yet, or has just gone: the next refresh tries again.
    }
  }

  private async keepOnly(wanted: ReadonlySet<string>): Promise<void> {
    const gone = [...this.sockets].filter(([address]) => !wanted.has(address));
    for (const [address] of gone) this.sockets.delete(address);
    await Promise.all(gone.map(([, socket]) => socket.close()));
  }
}
