import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** What is transferred to it is freed, as nobody is at the other end. */
const nowhere = openNowhere();

/**
 * Gives memory back at once: that of all these, which are empty then, and of whatever shares their ArrayBuffers. Left to
 * garbage collection, every 64 MB of buffers would cost a walk through the whole heap, and each new buffer its page faults.
 */
export function releaseMemory(...all: readonly Uint8Array[]): void {
  const buffers = all.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
  // A message costs more than what it frees: one for all.
  if (buffers.length > 0) nowhere.postMessage(undefined, buffers);
}

function openNowhere(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  // V8 compiles code for buffers that nobody has ever taken away, and throws all of that away with the first one that is: then rather before there is any.
  port1.postMessage(undefined, [new ArrayBuffer(1)]);
  return port1;
}
