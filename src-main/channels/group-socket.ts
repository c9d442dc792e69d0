import { type DataReceiver, oneByOne } from '../transport/data-channel';
import { openReceiver } from '../transport/data-path';
import type { Impairment } from '../transport/impairment';
import { interfaceOf } from '../transport/interfaces';

/** A channel's group, on the interface of a connection; from its announced sources only (PROTOCOL.md section 14.5). */
export class GroupSocket {
  private receiver: DataReceiver | undefined;
  private opening: Promise<void> | undefined;
  private place = '';
  private readonly sources = new Map<string, string>();
  private isClosed = false;

  constructor(
    private readonly impairment: Impairment | undefined,
    private readonly onDatagram: (bytes: Uint8Array) => void,
    private readonly onProblem: (error: unknown) => void,
  ) {}

  /** Whose datagrams are taken; who has moved is known by what it is. */
  from(who: 'publisher' | 'archive', source: { readonly address: string; readonly port: number } | undefined): void {
    if (source === undefined) this.sources.delete(who);
    else this.sources.set(who, `${source.address} ${source.port}`);
  }

  /** Joins on the interface with this address; anew where that has changed. */
  join(group: string, port: number, address: string): void {
    const place = `${group} ${port} ${address}`;
    if (place === this.place || this.isClosed) return;
    this.place = place;
    this.opening = (this.opening ?? Promise.resolve())
      .then(() => this.open(group, port, address))
      .catch((error: unknown) => {
        this.place = '';
        this.onProblem(error);
      });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.opening;
    await this.receiver?.close();
  }

  private async open(group: string, port: number, address: string): Promise<void> {
    await this.receiver?.close();
    this.receiver = undefined;
    if (this.isClosed) return;
    const deliver = this.impairment?.wrap(this.onDatagram) ?? this.onDatagram;
    const take = (bytes: Uint8Array, from: string, fromPort: number) => {
      if (this.isClosed) return;
      const source = `${from} ${fromPort}`;
      // Packets wait for their seal, and the impairment holds some back; the socket's own bytes are only lent.
      for (const known of this.sources.values()) if (known === source) return deliver(new Uint8Array(bytes));
    };
    this.receiver = await openReceiver({
      ...{ group, port },
      interface: interfaceOf(address, group),
      onDatagrams: oneByOne(take),
      onError: (error) => {
        this.place = '';
        this.onProblem(error);
      },
    });
  }
}
