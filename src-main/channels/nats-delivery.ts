import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ArchiveView } from '../../src-shared/ipc/channel-views';
import { messageOf } from '../../src-shared/text/message-of';
import { Alarm } from '../transport/alarm';
import { systemClock } from '../transport/clock';
import { type Bundle, type BundleVerifier, bundleOf, endOf, fieldsOf, headersOf, messageIdOf } from './nats-message';
import type { Outbox, OutboxEntry } from './nats-outbox';
import { ensureStream, isFull, lastMessage, natsSubject } from './nats-stream';

/** Whether the server takes messages. */
export type DeliveryState = Pick<ArchiveView, 'name' | 'address' | 'why'> & { readonly state: 'on' | 'full' | 'away' };

export interface DeliveryOptions {
  readonly subject: string;
  readonly outbox: Outbox;
  readonly verifier: BundleVerifier;
  /** The publisher's own. */
  readonly fingerprint: string;
  /** Resolves once there is a connection. */
  readonly connection: Promise<NatsConnection>;
  /** The server has stored it. */
  onAcknowledged(bundle: Bundle): void;
  onState(state: DeliveryState): void;
}

/** Messages on their way to the server at a time; at 90 kB each they fill any pipe. */
const IN_FLIGHT = 64;
const ACK_MS = 5_000;
const RETRY_MS = { first: 250, last: 2_000 };
/** Nothing is lost if nobody rings; this only bounds how long it would wait. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Hands an outbox over to JetStream, in order, for as long as it takes. After anything that went wrong it asks the server for the
 * last message that it has, lets go of everything up to there, and goes on behind it.
 */
export class Delivery {
  private readonly alarm = new Alarm(systemClock);
  private isClosed = false;
  private isCutOff = false;
  private readonly running: Promise<void>;

  constructor(private readonly options: DeliveryOptions) {
    this.running = this.run();
  }

  /** There is something in the outbox. */
  ring(): void {
    this.alarm.ring();
  }

  /** Resolves when the outbox is empty, or after so many ms. */
  async drained(ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (this.options.outbox.count > 0 && performance.now() < end) await sleep(DRAIN_LOOK_MS);
  }

  /** Ends it; what is left stays in the outbox. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.alarm.ring();
    await this.running;
  }

  private async run(): Promise<void> {
    const connection = await this.connected();
    if (connection !== undefined) void this.listen(connection);
    let retry = RETRY_MS.first;
    while (connection !== undefined && !this.isClosed) {
      try {
        this.isCutOff = false;
        const manager = await jetstreamManager(connection);
        await ensureStream(manager, this.options.subject);
        const lastId = await this.resume(manager);
        this.options.onState({ state: 'on', ...serverOf(connection) });
        retry = RETRY_MS.first;
        await this.pump(jetstream(connection, { timeout: ACK_MS }), lastId);
      } catch (error) {
        if (this.isClosed) return;
        this.options.onState({ state: isFull(error) ? 'full' : 'away', why: `${messageOf(error)}.` });
        await sleep(retry);
        retry = Math.min(2 * retry, RETRY_MS.last);
      }
    }
  }

  private async connected(): Promise<NatsConnection | undefined> {
    let connection: NatsConnection | undefined;
    this.options.connection.then(
      (found) => {
        connection = found;
        this.alarm.ring();
      },
      () => undefined,
    );
    while (connection === undefined && !this.isClosed) await this.alarm.wait(LOOK_AGAIN_MS);
    return connection;
  }

  /** Answers that will not come are not waited for. */
  private async listen(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type !== 'disconnect') continue;
      this.isCutOff = true;
      this.alarm.ring();
    }
  }

  /** Lets go of what the server has already. @returns the id of the last message in the stream */
  private async resume(manager: JetStreamManager): Promise<string> {
    const { verifier, fingerprint, subject } = this.options;
    const last = await lastMessage(manager, subject);
    if (last === undefined) return '';
    // Whoever could forge this could make a publisher forget what nobody has.
    const bundle = verifier.open({ fields: fieldsOf(last.header), body: last.data });
    if (bundle?.fingerprint === fingerprint) await this.dropUntil(bundle);
    return last.header.get('Nats-Msg-Id');
  }

  private async dropUntil(last: Bundle): Promise<void> {
    const { outbox, onAcknowledged } = this.options;
    for (;;) {
      const entries = outbox.from(0, IN_FLIGHT).map(({ index, message }) => ({ index, bundle: bundleOf(message) }));
      const had = entries.filter(({ bundle }) => bundle === undefined || isNoLater(bundle, last));
      const newest = had.at(-1);
      if (newest === undefined) return;
      for (const { bundle } of had) if (bundle !== undefined) onAcknowledged(bundle);
      await outbox.dropBefore(newest.index + 1);
    }
  }

  /** Sends what is in the outbox, many messages at a time. @throws what the server, or the network, refused */
  private async pump(client: JetStreamClient, previousId: string): Promise<void> {
    const flight = new Flight(() => this.alarm.ring());
    let lastId = previousId;
    let next = 0;
    while (!this.isClosed) {
      flight.check();
      if (this.isCutOff) throw new Error('the connection to the server is gone');
      const free = IN_FLIGHT - flight.size;
      const entries = free > 0 ? this.options.outbox.from(next, free) : [];
      for (const entry of entries) {
        const bundle = bundleOf(entry.message);
        next = entry.index + 1;
        if (bundle === undefined) continue;
        flight.add(entry.index, bundle, this.publish(client, entry, lastId));
        lastId = messageIdOf(entry.message);
      }
      await this.letGo(flight);
      if (entries.length === 0 || flight.size >= IN_FLIGHT) await this.alarm.wait(LOOK_AGAIN_MS);
    }
    await flight.settled();
    await this.letGo(flight);
  }

  private async publish(client: JetStreamClient, { message }: OutboxEntry, previousId: string): Promise<void> {
    // Refused where anything before it is missing, so that the stream has the order of the numbers.
    const expect = previousId === '' ? {} : { expect: { lastMsgID: previousId } };
    const options = { msgID: messageIdOf(message), headers: headersOf(message), ...expect };
    await client.publish(natsSubject(this.options.subject), message.body, options);
  }

  private async letGo(flight: Flight): Promise<void> {
    const acknowledged = flight.takeAnswered();
    const last = acknowledged.at(-1);
    if (last === undefined) return;
    for (const { bundle } of acknowledged) this.options.onAcknowledged(bundle);
    await this.options.outbox.dropBefore(last.index + 1);
  }
}

const DRAIN_LOOK_MS = 20;

interface Sent {
  readonly index: number;
  readonly bundle: Bundle;
  readonly answer: Promise<void>;
}

/** Messages that the server has not answered yet, in the order in which they were sent. */
class Flight {
  private readonly sent: Sent[] = [];
  private readonly answered = new Set<number>();
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly onAnswer: () => void) {}

  get size(): number {
    return this.sent.length;
  }

  add(index: number, bundle: Bundle, answer: Promise<void>): void {
    const settled = answer.then(
      () => void this.answered.add(index),
      (error: unknown) => {
        this.failure ??= { error };
      },
    );
    this.sent.push({ index, bundle, answer: settled.finally(this.onAnswer) });
  }

  /** @throws what went wrong with any of them */
  check(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }

  async settled(): Promise<void> {
    await Promise.all(this.sent.map(({ answer }) => answer));
  }

  /** Those that were acknowledged, as far as all before them were. */
  takeAnswered(): Sent[] {
    const end = this.sent.findIndex(({ index }) => !this.answered.has(index));
    const taken = this.sent.splice(0, end < 0 ? this.sent.length : end);
    for (const { index } of taken) this.answered.delete(index);
    return taken;
  }
}

function isNoLater(bundle: Bundle, last: Bundle): boolean {
  if (bundle.epoch !== last.epoch) return bundle.epoch < last.epoch;
  return endOf(bundle) <= endOf(last) && (!bundle.ended || last.ended);
}

function serverOf(connection: NatsConnection): { name: string; address: string } {
  const { server_name: name = '', server_id: id = '' } = connection.info ?? {};
  // A server without a name is called by its id, which says nothing to anybody.
  return { name: name === '' || name === id ? 'NATS' : name, address: connection.getServer() };
}
