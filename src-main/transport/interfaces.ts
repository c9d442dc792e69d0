import { isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** One address of this machine that multicast can use. */
export interface NetworkInterface {
  /** The system's name, such as `eth0`. */
  readonly name: string;
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly loopback: boolean;
}

/** There is no network interface to use; the message says what to do. */
export class InterfaceError extends Error {
  override readonly name = 'InterfaceError';
}

type SystemInterfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/** Names of interfaces behind which there is no classroom: containers, virtual machines, tunnels. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vboxnet|vEthernet|utun|tun|tap|wg|tailscale|zt|awdl|llw)/i;

/**
 * The addresses of this machine that Tutti may use, best first; loopback last. The environment variable TUTTI_INTERFACE
 * (one address, or several with commas) restricts the whole app to the addresses it names.
 */
export function usableInterfaces(
  environment: NodeJS.ProcessEnv = process.env,
  system: SystemInterfaces = networkInterfaces(),
): NetworkInterface[] {
  const allowed = allowedAddresses(environment);
  return Object.entries(system)
    .flatMap(([name, infos]) => (infos ?? []).map((info) => toInterface(name, info)))
    .filter(({ address }) => allowed === undefined || allowed.has(address))
    .sort((a, b) => rank(a) - rank(b));
}

/**
 * The interface to use: the one with the address `wanted`, or the best IPv4 one that reaches a network. Loopback counts
 * only where it was asked for, by `wanted` or TUTTI_INTERFACE.
 * @throws InterfaceError
 */
export function chooseInterface(
  wanted?: string,
  environment: NodeJS.ProcessEnv = process.env,
  system: SystemInterfaces = networkInterfaces(),
): NetworkInterface {
  const usable = usableInterfaces(environment, system);
  if (wanted !== undefined) return withAddress(wanted, usable);
  const restricted = allowedAddresses(environment) !== undefined;
  const best = usable.find(({ family, loopback }) => restricted || (family === 'IPv4' && !loopback));
  if (best !== undefined) return best;
  throw new InterfaceError(
    restricted
      ? `This computer has none of the addresses in TUTTI_INTERFACE (${environment.TUTTI_INTERFACE}).`
      : 'This computer has no network interface. Connect it to the network of the room, by cable or Wi-Fi.',
  );
}

/**
 * What sockets call the interface with the address `address`, for a multicast group of either family: an IPv4 address of
 * it, or `::%name`. A control connection over IPv6 thereby leads to an IPv4 group on the same interface.
 * @throws InterfaceError
 */
export function interfaceOf(
  address: string,
  group: string,
  environment: NodeJS.ProcessEnv = process.env,
  system: SystemInterfaces = networkInterfaces(),
): string {
  const usable = usableInterfaces(environment, system);
  const { name } = withAddress(address, usable);
  if (!isIPv4(group)) return `::%${name}`;
  if (isIPv4(address)) return address;
  const sibling = usable.find((other) => other.name === name && other.family === 'IPv4');
  if (sibling !== undefined) return sibling.address;
  throw new InterfaceError(`The interface ${name} has no IPv4 address, which the multicast group ${group} needs.`);
}

function withAddress(wanted: string, usable: readonly NetworkInterface[]): NetworkInterface {
  const found = usable.find(({ address }) => address === wanted);
  if (found !== undefined) return found;
  const others = usable.map(({ address }) => address).join(', ') || 'none';
  throw new InterfaceError(`No network interface of this computer has the address ${wanted}. It has: ${others}.`);
}

function allowedAddresses(environment: NodeJS.ProcessEnv): Set<string> | undefined {
  const text = environment.TUTTI_INTERFACE?.trim();
  if (text === undefined || text === '') return undefined;
  return new Set(text.split(',').map((address) => address.trim()));
}

function toInterface(name: string, { address, internal }: NetworkInterfaceInfo): NetworkInterface {
  return { name, address, family: isIPv4(address) ? 'IPv4' : 'IPv6', loopback: internal };
}

/** Lower is better: IPv4 before IPv6, real before virtual, an assigned address before a self-assigned one. */
function rank({ name, address, family, loopback }: NetworkInterface): number {
  return (
    (loopback ? 8 : 0) +
    (VIRTUAL.test(name) ? 4 : 0) +
    (family === 'IPv6' ? 2 : 0) +
    (/^(169\.254\.|fe80:)/i.test(address) ? 1 : 0)
  );
}
