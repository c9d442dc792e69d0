import type { Packet } from '../archive/packet';

/** Packets between those who bring them and the one who takes them; whoever brings more than it holds waits. */
export class PacketQueue implements AsyncIterable<Packet> {
  private packets: Packet[] = [];
  private bytes = 0;
  private ending: { readonly error?: unknown } | undefined;
  private taker: () => void = () => {};
  private bringers: (() => void)[] = [];

  constructor(private readonly maxBytes: number) {}

  /** Adds packets; resolves when there is room for more. */
  async add(packets: readonly Packet[]): Promise<void> {
    if (this.ending !== undefined) return;
    for (const packet of packets) {
      this.packets.push(packet);
      this.bytes += packet.payload.length;
    }
    this.taker();
    while (this.bytes > this.maxBytes && this.ending === undefined) {
      await new Promise<void>((resolve) => this.bringers.push(resolve));
    }
  }

  /** No more will come; with an error, the taker gets that after what is there. */
  end(error?: unknown): void {
    this.ending ??= error === undefined ? {} : { error };
    this.taker();
    this.release();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Packet> {
    for (;;) {
      const { packets } = this;
      this.packets = [];
      for (const packet of packets) {
        this.bytes -= packet.payload.length;
        if (this.bytes <= this.maxBytes) this.release();
        yield packet;
      }
      if (this.packets.length > 0) continue;
      if (this.ending !== undefined) {
        if (this.ending.error !== undefined) throw this.ending.error;
        return;
      }
      await new Promise<void>((resolve) => {
        this.taker = resolve;
      });
    }
  }

  private release(): void {
    for (const go of this.bringers.splice(0)) go();
  }
}
