import { BlockList, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { usableInterfaces } from '../transport/interfaces';

/** How long a look at the interfaces holds: a flood of requests must not cost a look each. */
const FRESH_MS = 5_000;

type SystemInterfaces = ReturnType<typeof networkInterfaces>;

/**
 * Who counts as local: whoever shares a subnet with an interface that Tutti may use. TFTP has no passwords, and a server that
 * answers anybody sends a stranger's victim what the stranger asked for.
 */
export class LocalSubnets {
  private list = new BlockList();
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly environment: NodeJS.ProcessEnv = process.env,
    private readonly system: () => SystemInterfaces = networkInterfaces,
  ) {}

  /** `address` without an IPv6 zone; `now` in ms. */
  includes(address: string, now: number): boolean {
    if (now - this.lookedAt >= FRESH_MS) this.look(now);
    return this.list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  }

  private look(now: number): void {
    const system = this.system();
    const usable = new Set(usableInterfaces(this.environment, system).map(({ address }) => address));
    const list = new BlockList();
    for (const { address, family, cidr } of Object.values(system).flatMap((infos) => infos ?? [])) {
      const prefix = Number(cidr?.split('/')[1]);
      if (usable.has(address) && Number.isInteger(prefix))
        list.addSubnet(address, prefix, family === 'IPv4' ? 'ipv4' : 'ipv6');
    }
    this.list = list;
    this.lookedAt = now;
  }
}
