import type { ClientOutput } from './client-io';
import type { Endpoint } from './endpoint';
import { type Mode, type OptionList, writeAck, writeError, writeReadRequest } from './packets';
import { PROGRESS_INTERVAL_MS } from './params';

type ClientEvent = (ClientOutput & { kind: 'event' })['event'];

/** Everything that the client has for its driver, in order. */
export class ClientOutbox {
  private readonly queue: ClientOutput[] = [];
  private progressDue = 0;

  push(output: ClientOutput): void {
    this.queue.push(output);
  }

  event(event: ClientEvent): void {
    this.queue.push({ kind: 'event', event });
  }

  /** Progress, if it was not told just before. */
  progress(bytes: number, now: number): void {
    if (now < this.progressDue) return;
    this.progressDue = now + PROGRESS_INTERVAL_MS;
    this.event({ event: 'progress', bytes });
  }

  /** @throws TftpError where the name is too long */
  request(to: Endpoint, file: string, mode: Mode, options: OptionList): void {
    this.queue.push({ kind: 'send', to, bytes: writeReadRequest(file, mode, options) });
  }

  ack(to: Endpoint, block: number): void {
    this.queue.push({ kind: 'send', to, bytes: writeAck(block) });
  }

  error(to: Endpoint, reason: string, code: number): void {
    this.queue.push({ kind: 'send', to, bytes: writeError(code, reason) });
  }

  /** Takes everything. */
  drain(): ClientOutput[] {
    return this.queue.splice(0);
  }
}
