import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** What Ethernet and Wi-Fi carry whole: no more, as a switch on the way may not carry what one interface does. */
const ETHERNET_MTU = 1500;
/** RFC 791: every network carries so much. */
const MIN_MTU = 576;

/** The largest IP packet that the interface with this address carries whole, in bytes, where the system tells it. */
export function mtuOf(address: string | undefined): number {
  const name = Object.entries(networkInterfaces()).find(([, infos]) =>
    infos?.some((info) => info.address === address),
  )?.[0];
  const told = name === undefined ? undefined : toldBy(name);
  return told === undefined ? ETHERNET_MTU : Math.min(ETHERNET_MTU, Math.max(MIN_MTU, told));
}

/** Linux only: elsewhere Node has no way to ask. */
function toldBy(name: string): number | undefined {
  try {
    const mtu = Number(readFileSync(`/sys/class/net/${name}/mtu`, 'utf8'));
    return Number.isInteger(mtu) ? mtu : undefined;
  } catch {
    return undefined;
  }
}
