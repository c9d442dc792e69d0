import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArchiveService, ChannelBus } from '../../src-main/channels/bus';
import { MulticastBus } from '../../src-main/channels/multicast-bus';
import { freePort } from '../free-port';
import type { ChannelWorld } from './channel-compliance';

const LOOPBACK = '127.0.0.1';

/** Channels by multicast over the loopback interface, with an archive on a machine of its own. */
export class MulticastWorld implements ChannelWorld {
  private readonly machines = new Map<string, MulticastBus>();
  private readonly doors = new Map<string, number>();
  private keeper: { readonly bus: MulticastBus; readonly service: ArchiveService } | undefined;

  private constructor(
    private readonly folder: string,
    private readonly groupPort: number,
    private readonly archivePort: number,
  ) {}

  static async open(): Promise<MulticastWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'tutti-multicast-'));
    const world = new MulticastWorld(folder, await freePort(), await freePort());
    await world.startArchive();
    return world;
  }

  async machine(name: string): Promise<ChannelBus> {
    await this.off(name);
    const bus = await this.bus(name);
    this.machines.set(name, bus);
    return bus;
  }

  async stopArchive(): Promise<void> {
    const { keeper } = this;
    this.keeper = undefined;
    await keeper?.bus.close();
  }

  async startArchive(): Promise<void> {
    const bus = await this.bus('archive');
    const directory = join(this.folder, 'archived');
    const service = await bus.archive({ directory, listen: { host: LOOPBACK, port: this.archivePort } });
    this.keeper = { bus, service };
  }

  async close(): Promise<void> {
    await this.stopArchive();
    for (const name of [...this.machines.keys()]) await this.off(name);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async bus(name: string): Promise<MulticastBus> {
    const port = this.doors.get(name) ?? (await freePort());
    this.doors.set(name, port);
    return MulticastBus.open({
      name,
      stateDir: join(this.folder, name),
      listen: { host: LOOPBACK, port },
      interface: LOOPBACK,
      groupPort: this.groupPort,
      ttl: 0,
      admit: 'anyone',
      trust: { firstUse: true },
    });
  }

  private async off(name: string): Promise<void> {
    const bus = this.machines.get(name);
    this.machines.delete(name);
    await bus?.close();
  }
}
