import { type Host, loadRules, type Port } from './topology';

/** What goes wrong between the switch and one host. Nothing given: nothing goes wrong. */
export interface Impairment {
  /** Share of multicast datagrams lost, each on its own: 0.05 is 5 %. Resolution 0.1 %. */
  readonly loss?: number;
  /** Share of TCP segments lost on their way to it, which Tutti's own tests leave alone. */
  readonly tcpLoss?: number;
  /** Loses `length` multicast datagrams in a row out of every `period`. */
  readonly burst?: { readonly length: number; readonly period: number };
  /** Nothing passes the switch at all, in either direction, though the link is up. */
  readonly isPartitioned?: boolean;
}

const MULTICAST = 'ip daddr 224.0.0.0/4 meta l4proto udp';

/** Puts a host under these impairments, and under no others that were set before. */
export function impair({ port }: Host, impairment: Impairment): void {
  loadRules(port, impairmentRules(port, impairment));
}

/**
 * The nftables rules for an impairment: they replace those of an earlier one in one step. They strike at the switch's port, where
 * each datagram is on its own: the host's card gathers them before its system sees them.
 */
function impairmentRules(
  { device }: Port,
  { loss = 0, tcpLoss = 0, burst, isPartitioned = false }: Impairment,
): string {
  const drops = [
    ...(loss > 0 ? [`${MULTICAST} ${chance(loss)} drop`] : []),
    ...(tcpLoss > 0 ? [`meta l4proto tcp ${chance(tcpLoss)} drop`] : []),
    ...(burst ? [`${MULTICAST} numgen inc mod ${burst.period} < ${burst.length} drop`] : []),
  ];
  const table = `table netdev impairment-${device}`;
  const policy = isPartitioned ? 'policy drop;' : '';
  return `
${table} {}
delete ${table}
${table} {
  chain to-host {
    type filter hook egress device ${device} priority 0; ${policy}
    ${drops.join('\n    ')}
  }
  chain from-host {
    type filter hook ingress device ${device} priority 0; ${policy}
  }
}`;
}

/** nftables takes no `< 1000` of 1000: certainty is the absence of a condition. */
function chance(share: number): string {
  return share >= 1 ? '' : `numgen random mod 1000 < ${Math.round(share * 1000)}`;
}
