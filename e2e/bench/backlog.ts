import { readFileSync, writeFileSync } from 'node:fs';

/** How many packets the kernel keeps for each processor between two hosts of the lab, before it drops what comes. */
const SETTING = '/proc/sys/net/core/netdev_max_backlog';
/** By default it is 1000: some thirty datagrams to thirty students, fewer than leave at once. A network has no such place. */
const PACKETS = 20_000;

/** Until this program ends, hosts of the lab lose nothing to each other but what the lab makes them lose. The setting is the machine's. */
export function deepenBacklog(): void {
  const before = readFileSync(SETTING, 'utf8');
  if (Number(before) >= PACKETS) return;
  writeFileSync(SETTING, String(PACKETS));
  process.once('exit', () => writeFileSync(SETTING, before));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}
