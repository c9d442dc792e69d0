import type { Announce } from '../../src-shared/wire/messages';
import { type DataReceiver, oneByOne, type TakeDatagrams } from './data-channel';
import { openReceiver } from './data-path';
import type { Impairment } from './impairment';
import { interfaceOf } from './interfaces';

export interface IncomingChannelOptions {
  readonly impairment: Impairment | undefined;
  readonly onDatagrams: TakeDatagrams;
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
    const { impairment, onDatagrams } = this.options;
    const channel = await openReceiver({
      group,
      port,
      interface: interfaceOf(address, group),
      onDatagrams: impairment === undefined ? onDatagrams : impaired(impairment, onDatagrams),
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
function impaired(impairment: Impairment, take: TakeDatagrams): TakeDatagrams {
  const pass = impairment.wrap((datagram: Uint8Array, address: string, port: number) =>
    take(datagram, datagram.length, address, port),
  );
  return oneByOne((bytes, address, port) => pass(new Uint8Array(bytes), address, port));
}
