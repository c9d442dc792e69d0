import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { PACKET_BYTES } from '../../src-shared/wire/channel-datagram';
import type { Publication, Subscription } from './bus';

/** What other programs read and write: a stream of bytes as a channel's packets (docs/channels.md, “Pipes”). */

/**
 * Publishes a stream to its end. With `packetBytes` each packet but the last has that many bytes; without, packets are as
 * full as what has come allows. @throws ChannelError
 */
export async function publishStream(input: Readable, publication: Publication, packetBytes?: number): Promise<void> {
  const size = packetBytes ?? PACKET_BYTES;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of input) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= size) {
      await publication.append(rest.subarray(at, at + size));
      at += size;
    }
    // Somebody may be waiting for it, unless a size was asked for.
    if (packetBytes === undefined && at < rest.length) {
      await publication.append(rest.subarray(at));
      at = rest.length;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) await publication.append(rest);
}

/** Writes a channel's packets, in order, as fast as they are read, until the channel is closed. @throws what the reader did */
export async function writePackets(subscription: Subscription, output: Writable): Promise<void> {
  const broken = once(output, 'error').then(([error]) => Promise.reject(error));
  broken.catch(() => undefined);
  for await (const { payload } of subscription) {
    if (!output.write(payload)) await Promise.race([once(output, 'drain'), broken]);
    if (output.errored !== null) throw output.errored;
  }
}
