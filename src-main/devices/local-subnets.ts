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
  /** By this machine's own address in it. */
  private subnets = new Map<string, BlockList>();
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly environment: NodeJS.ProcessEnv = process.env,
    private readonly system: () => SystemInterfaces = networkInterfaces,
  ) {}

  /** `address` without an IPv6 zone; `now` in ms. */
  includes(address: string, now: number): boolean {
    this.look(now);
    return [...this.subnets.values()].some((subnet) => holds(subnet, address));
  }

  /** Whether it shares the subnet in which this machine has the address `own`. */
  shares(own: string, address: string, now: number): boolean {
    this.look(now);
    const subnet = this.subnets.get(own);
    return subnet !== undefined && holds(subnet, address);
  }

  private look(now: number): void {
    if (now - this.lookedAt < FRESH_MS) return;
    const system = this.system();
    const usable = new Set(usableInterfaces(this.environment, system).map(({ address }) => address));
    this.subnets = new Map();
    for (const { address, family, cidr } of Object.values(system).flatMap((infos) => infos ?? [])) {
      const prefix = Number(cidr?.split('/')[1]);
      if (!usable.has(address) || !Number.isInteger(prefix)) continue;
      const subnet = new BlockList();
      subnet.addSubnet(address, prefix, family === 'IPv4' ? 'ipv4' : 'ipv6');
      this.subnets.set(address, subnet);
    }
    this.lookedAt = now;
  }
}

function holds(subnet: BlockList, address: string): boolean {
  return subnet.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
