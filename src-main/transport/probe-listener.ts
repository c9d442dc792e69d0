import { PROBE, readHeader, splitTransferId } from '../../src-shared/wire/data-datagram';
import type { Probe } from '../../src-shared/wire/messages';
import { adapterKind } from './adapter-kind';
import type { Clock } from './clock';
import type { TeacherConnection } from './control-connection';
import { type DataReceiver, oneByOne } from './data-channel';
import { openReceiver } from './dgram-channel';
import { interfaceOf, usableInterfaces } from './interfaces';

/** So long, as a share of the whole, the other adapters stay out of it: heard on two, a probe would tell nothing. */
const OWN_ADAPTER_SHARE = 0.4;

export interface ProbeListenerOptions {
  readonly clock: Clock;
  /** Of every adapter that may be used. */
  addresses(): readonly string[];
}

/** The way to the teacher. */
type Connection = Pick<TeacherConnection, 'localAddress' | 'send'>;

/** The student's side of an examination of the network (PROTOCOL.md section 5.5). One at a time. */
export class ProbeListener {
  private current: Listening | undefined;
  /** The examination that was begun last, while the one before lets go of its sockets: a storm of them opens no more. */
  private next: { readonly probe: Probe; readonly connection: Connection } | undefined;
  private turning: Promise<void> | undefined;

  constructor(private readonly options: ProbeListenerOptions) {}

  /**
   * Listens for the probes on the adapter of the control connection, and answers when its time is over or all have come.
   * An examination that is under way is given up: the teacher has begun another one.
   */
  start(probe: Probe, connection: Connection): void {
    this.next = { probe, connection };
    this.turning ??= this.turn().finally(() => {
      this.turning = undefined;
    });
  }

  async close(): Promise<void> {
    this.next = undefined;
    await this.turning;
    await this.current?.close();
    this.current = undefined;
  }

  private async turn(): Promise<void> {
    while (this.next !== undefined) {
      await this.current?.close();
      const { next } = this;
      this.next = undefined;
      this.current = next === undefined ? undefined : new Listening(next.probe, next.connection, this.options);
    }
  }
}

class Listening {
  private readonly heard = new Set<number>();
  private readonly receivers: Promise<DataReceiver | undefined>[] = [];
  private readonly timers: (() => void)[];
  private isElsewhere = false;
  private opensOthers = false;
  private isOver = false;

  constructor(
    private readonly probe: Probe,
    private readonly connection: Connection,
    private readonly options: ProbeListenerOptions,
  ) {
    this.listenOn(connection.localAddress);
    const { clock } = options;
    this.timers = [
      clock.after(probe.listenMs * OWN_ADAPTER_SHARE, () => this.tryOthers()),
      clock.after(probe.listenMs, () => this.report()),
    ];
  }

  async close(): Promise<void> {
    this.isOver = true;
    for (const cancel of this.timers) cancel();
    const receivers = await Promise.all(this.receivers);
    await Promise.all(receivers.map((receiver) => receiver?.close()));
  }

  private listenOn(address: string): void {
    const { group, port } = this.probe;
    const opened = async () =>
      openReceiver({
        group,
        port,
        interface: interfaceOf(address, group),
        onDatagrams: oneByOne((bytes) => this.take(bytes)),
      });
    // An adapter that cannot join the group hears nothing, which is what the report says.
    this.receivers.push(opened().catch(() => undefined));
  }

  private take(bytes: Uint8Array): void {
    const { id, slow, fast } = this.probe;
    const header = readHeader(bytes);
    if (typeof header === 'string' || header.kind !== PROBE || this.isOver) return;
    const { transferHigh, transferLow } = splitTransferId(id);
    if (header.transferHigh !== transferHigh || header.transferLow !== transferLow) return;
    if (header.sequence >= slow + fast) return;
    // A socket gets what any adapter of this machine joined: from here on nothing counts as heard on the own one.
    if (this.opensOthers) this.isElsewhere = true;
    else this.heard.add(header.sequence);
    if (this.heard.size === slow + fast) this.report();
  }

  private tryOthers(): void {
    if (this.heard.size > 0) return;
    const others = this.options.addresses().filter((address) => address !== this.connection.localAddress);
    if (others.length === 0) return;
    this.opensOthers = true;
    for (const address of others) this.listenOn(address);
  }

  private report(): void {
    if (this.isOver) return;
    const slow = [...this.heard].filter((sequence) => sequence < this.probe.slow).length;
    const adapter = usableInterfaces().find(({ address }) => address === this.connection.localAddress);
    this.connection.send({
      type: 'probeReport',
      id: this.probe.id,
      slow,
      fast: this.heard.size - slow,
      adapter: adapter === undefined ? 'unknown' : adapterKind(adapter.name),
      elsewhere: this.isElsewhere,
    });
    void this.close();
  }
}
