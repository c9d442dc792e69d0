/** One side of a transfer: an IP address and the UDP port that is its transfer identifier (RFC 1350 section 4). */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** `address:port`, an IPv6 address in brackets: for maps, events and windows. */
export function nameOf({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

export function isSame(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.address === b.address;
}
