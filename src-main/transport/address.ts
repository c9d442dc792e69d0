/**
 * A socket's address as people and peers know it: without the IPv6 zone (`%eth0`), which means something on one
 * machine only, and an IPv4 peer of a dual-stack socket as IPv4. Empty for a socket that is gone.
 */
export function plainAddress(address: string | undefined): string {
  // Asked for each datagram, and nearly always IPv4.
  if (address?.includes(':') === false) return address;
  const withoutZone = (address ?? '').replace(/%.*$/, '');
  return withoutZone.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
