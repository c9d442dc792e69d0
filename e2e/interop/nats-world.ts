import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChannelBus } from '../../src-main/channels/bus';
import { NatsBus } from '../../src-main/channels/nats-bus';
import { PacketStore } from '../../src-main/channels/packet-store';
import { PublisherTrust, type PublisherTrustOptions } from '../../src-main/channels/publisher-trust';
import { loadIdentity } from '../../src-main/security/identity';
import type { ChannelWorld } from './channel-compliance';
import { NatsServer, type NatsSettings } from './nats-server';

/** Channels over a real nats-server, which is their archive. */
export class NatsWorld implements ChannelWorld {
  private readonly machines = new Map<string, { bus: ChannelBus; store: PacketStore }>();

  private constructor(
    readonly folder: string,
    readonly server: NatsServer,
  ) {}

  static async open(settings: NatsSettings = {}, base = tmpdir()): Promise<NatsWorld> {
    const folder = mkdtempSync(join(base, 'tutti-nats-'));
    return new NatsWorld(folder, await NatsServer.start(folder, settings));
  }

  async machine(
    name: string,
    trust: PublisherTrustOptions = { firstUse: true },
    url = this.server.url,
  ): Promise<ChannelBus> {
    await this.off(name);
    const stateDir = join(this.folder, name);
    const identity = await loadIdentity(stateDir);
    const store = await PacketStore.open(join(stateDir, 'store'));
    try {
      const bus = NatsBus.open({ url, name, identity, store, trust: await PublisherTrust.load(stateDir, trust) });
      this.machines.set(name, { bus, store });
      return bus;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  stopArchive(): Promise<void> {
    return this.server.kill();
  }

  startArchive(): Promise<void> {
    return this.server.start();
  }

  async close(): Promise<void> {
    for (const name of [...this.machines.keys()]) await this.off(name);
    await this.server.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async off(name: string): Promise<void> {
    const machine = this.machines.get(name);
    this.machines.delete(name);
    await machine?.bus.close();
    await machine?.store.close();
  }
}
