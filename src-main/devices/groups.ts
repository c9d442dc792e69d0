import { isIPv4 } from 'node:net';
import type { Endpoint } from '../tftp/endpoint';

/** The groups that are named cannot be used; the message says why. */
export class GroupsError extends Error {
  override readonly name = 'GroupsError';
}

/** RFC 2365: 239.255.0.0/16 stays within a site. Sixteen files at a time. */
export const DEFAULT_GROUPS = '239.255.69.1-239.255.69.16';
/** IANA: tftp-mcast. The next groups have the next ports, so that a host which joins two can tell them apart. */
const FIRST_PORT = 1758;
const MAX_GROUPS = 256;

/**
 * The multicast groups from `A-B`, or of one address.
 * @throws GroupsError where they are no IPv4 groups for data, or too many
 */
export function parseGroups(text: string): Endpoint[] {
  const [first = '', last = first, ...rest] = text.split('-');
  const [from, to] = [numberOf(first), numberOf(last)];
  if (rest.length > 0 || from === undefined || to === undefined || to < from)
    throw new GroupsError(`Groups are two multicast addresses with a dash, such as ${DEFAULT_GROUPS}, not “${text}”.`);
  if (to - from >= MAX_GROUPS) throw new GroupsError(`There can be ${MAX_GROUPS} groups, not ${to - from + 1}.`);
  return Array.from({ length: to - from + 1 }, (_, i) => ({ address: addressOf(from + i), port: FIRST_PORT + i }));
}

/** RFC 5771: 224.0.0.0/24 is for routing, not for files. */
function numberOf(address: string): number | undefined {
  if (!isIPv4(address)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  if (a < 224 || a > 239 || (a === 224 && b === 0 && c === 0)) return undefined;
  return ((a * 256 + b) * 256 + c) * 256 + d;
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
