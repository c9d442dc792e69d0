import type { Announce } from '../../src-shared/wire/messages';
import type { DataReceiver } from './data-channel';
import { openReceiver } from './data-path';
import type { Impairment } from './impairment';
import { interfaceOf } from './interfaces';

export interface IncomingChannelOptions {
  readonly impairment: Impairment | undefined;
  onDatagram(bytes: Uint8Array, address: string, port: number): void;
}

/** The data channel of a student: one multicast group at a time, or none. */
export class IncomingChannel {
  private channel: DataReceiver | undefined;
  private isWanted = false;

  constructor(private readonly options: IncomingChannelOptions) {}

  /**
   * Joins the announced group on the interface with this address.
   * @returns false where the channel is open already, or not wanted any more.
   * @throws InterfaceError, or the system's error
   */
  async open({ group, port }: Announce, address: string): Promise<boolean> {
    this.isWanted = true;
    const { impairment, onDatagram } = this.options;
    const channel = await openReceiver({
      group,
      port,
      interface: interfaceOf(address, group),
      onDatagram: impairment === undefined ? onDatagram : impaired(impairment, onDatagram),
    });
    if (!this.isWanted || this.channel !== undefined) {
      await channel.close();
      return false;
    }
    this.channel = channel;
    return true;
  }

  async close(): Promise<void> {
    this.isWanted = false;
    const { channel } = this;
    this.channel = undefined;
    await channel?.close();
  }
}

/** What it holds back is a copy: the bytes are only lent. */
function impaired(impairment: Impairment, deliver: IncomingChannelOptions['onDatagram']): typeof deliver {
  const pass = impairment.wrap(deliver);
  return (bytes, address, port) => pass(new Uint8Array(bytes), address, port);
}
