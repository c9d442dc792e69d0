import type { Socket } from 'node:dgram';

/** What every UDP socket here goes through, whatever it carries. */

/** A queue that does not empty for so long never will. */
const CLOSE_TIMEOUT_MS = 2_000;
const CLOSE_POLL_MS = 2;

export function bindSocket(socket: Socket, to: { address: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(to, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

/** Asks for a large receive buffer and returns what there is, in bytes: the system caps it, often at 208 KB. */
export function requestReceiveBuffer(socket: Socket, bytes: number): number {
  try {
    socket.setRecvBufferSize(bytes);
  } catch {
    // macOS and the BSDs refuse what Linux would cut down.
  }
  return socket.getRecvBufferSize();
}

/** Waits until nothing is queued any more, or for two seconds. */
export async function drained(queued: () => number): Promise<void> {
  for (let waited = 0; queued() > 0 && waited < CLOSE_TIMEOUT_MS; waited += CLOSE_POLL_MS)
    await new Promise((resolve) => setTimeout(resolve, CLOSE_POLL_MS));
}

/** Closes once everything queued has left, or after two seconds: a plain close throws the queue away. */
export async function drainAndClose(socket: Socket): Promise<void> {
  await drained(() => socket.getSendQueueCount());
  await closeSocket(socket);
}

export function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(resolve));
}
