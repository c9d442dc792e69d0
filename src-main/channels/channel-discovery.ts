import { z } from 'zod';
import { plainText } from '../../src-shared/text/plain-text';
import { MAX_PEER_NAME_CHARS } from '../../src-shared/wire/limits';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import { type Announced, Announcer, Finder, type Found } from '../transport/discovery';

/** How members find publishers: as students find rooms, beside them on the same group (PROTOCOL.md section 15.1). A hint only. */

const schema = z.object({
  /** In place of `tutti`: whoever looks for rooms does not see it. Any version, as there. */
  tuttiChannels: z.int().min(1),
  name: z.string().min(1).max(MAX_PEER_NAME_CHARS),
  port: z.int().min(1).max(65535),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
});

export type ChannelHostOnNetwork = Found<Announced>;

export function announceHost(host: Announced, interfaces: () => readonly string[]): Announcer {
  const name = plainText(host.name, MAX_PEER_NAME_CHARS);
  const { port, fingerprint } = host;
  const datagram = Buffer.from(JSON.stringify({ tuttiChannels: PROTOCOL_VERSION, name, port, fingerprint }));
  return new Announcer(() => datagram, { interfaces });
}

export function findHosts(
  interfaces: () => readonly string[],
  onChange: (hosts: readonly ChannelHostOnNetwork[]) => void,
): Finder<Announced> {
  return new Finder(parseAnnouncement, { interfaces, onChange });
}

function parseAnnouncement(bytes: Uint8Array): Announced | undefined {
  try {
    const { name, port, fingerprint } = schema.parse(JSON.parse(Buffer.from(bytes).toString()));
    return { name: plainText(name, MAX_PEER_NAME_CHARS), port, fingerprint };
  } catch {
    return undefined;
  }
}
