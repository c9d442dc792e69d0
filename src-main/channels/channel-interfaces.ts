import { usableInterfaces } from '../transport/interfaces';

/** Own IPv4 addresses to announce and to look for channels on; loopback only where it was asked for. */
export function channelInterfaces(wanted: string | undefined): string[] {
  const restricted = process.env.TUTTI_INTERFACE !== undefined;
  return usableInterfaces()
    .filter(({ family }) => family === 'IPv4')
    .filter(({ address, loopback }) => (wanted === undefined ? restricted || !loopback : address === wanted))
    .map(({ address }) => address);
}
