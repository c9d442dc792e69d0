import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { NatsServer } from '../interop/nats-server';
import { NatsWorld } from '../interop/nats-world';

const PACKET = 1_440;
const IN_FLIGHT = 256;

/** Nothing but JetStream's own client, with many messages under way. @returns MB/s stored and acknowledged */
export async function jetStreamAlone(content: Uint8Array, base: string): Promise<number> {
  const folder = mkdtempSync(join(base, 'tutti-bench-nats-'));
  const server = await NatsServer.start(folder);
  const connection = await connect({ servers: server.url });
  try {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'bench', subjects: ['bench'] });
    const client = jetstream(connection);
    const start = performance.now();
    const waiting = new Set<Promise<unknown>>();
    for (let at = 0; at < content.length; at += PACKET) {
      const answer: Promise<unknown> = client
        .publish('bench', content.subarray(at, at + PACKET))
        .then(() => waiting.delete(answer));
      waiting.add(answer);
      if (waiting.size >= IN_FLIGHT) await Promise.race(waiting);
    }
    await Promise.all(waiting);
    return content.length / 1_000 / (performance.now() - start);
  } finally {
    await connection.close();
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns MB/s stored and acknowledged */
export async function tuttiOverNats(content: Uint8Array, base: string): Promise<number> {
  const world = await NatsWorld.open({}, base);
  try {
    const channel = await (await world.machine('a')).publish('bench');
    const start = performance.now();
    for (let at = 0; at < content.length; at += PACKET) await channel.append(content.subarray(at, at + PACKET));
    await channel.flush();
    while (channel.view().archive.unacknowledged > 0) await new Promise((resolve) => setTimeout(resolve, 2));
    return content.length / 1_000 / (performance.now() - start);
  } finally {
    await world.close();
  }
}
