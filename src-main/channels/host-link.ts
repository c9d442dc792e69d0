import type { HostMessage, MemberMessage } from '../../src-shared/wire/channel-messages';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import type { Identity } from '../security/identity';
import { Alarm } from '../transport/alarm';
import { systemClock } from '../transport/clock';
import { connectFor, type PairRequest, UntrustedTeacherError } from '../transport/control-client';
import type { CloseReason } from '../transport/control-connection';
import { CHANNEL_VISIT, type HostConnection } from './channel-protocol';

export interface HostLinkOptions {
  readonly host: string;
  readonly port: number;
  /** Own address to connect from. */
  readonly localAddress: string | undefined;
  readonly identity: Identity;
  readonly name: string;
  /** Whoever else answers there is told nothing. */
  readonly expected: string | undefined;
  trust(fingerprint: string): boolean;
  readonly trusted: readonly string[];
  readonly pair: PairRequest | undefined;
  onConnected(connection: HostConnection, room: string): void;
  onMessage(message: HostMessage, attachment: Uint8Array): void;
  onDrain?(): void;
  onClosed(reason: string): void;
  /** It is not to be reached, or not to be trusted; it goes on trying. */
  onFailed(error: unknown): void;
}

/** Between two tries, doubling. */
const RETRY_MS = { first: 250, last: 4_000 };

/** A member's connection to a publisher or an archive, made again and again until closed. */
export class HostLink {
  connection: HostConnection | undefined;
  private readonly stopped = new AbortController();
  private readonly alarm = new Alarm(systemClock);
  private readonly running: Promise<void>;

  constructor(private readonly options: HostLinkOptions) {
    this.running = this.run();
  }

  get isOpen(): boolean {
    return this.connection?.isOpen === true;
  }

  send(message: MemberMessage, attachment?: Uint8Array): void {
    this.connection?.send(message, attachment);
  }

  async close(): Promise<void> {
    this.stopped.abort();
    this.alarm.ring();
    this.connection?.close();
    await this.running;
  }

  private async run(): Promise<void> {
    for (let wait = RETRY_MS.first; !this.stopped.signal.aborted; wait = Math.min(RETRY_MS.last, 2 * wait)) {
      if (await this.visit()) wait = RETRY_MS.first / 2;
      if (!this.stopped.signal.aborted) await this.alarm.wait(wait);
    }
  }

  /** @returns whether there was a connection */
  private async visit(): Promise<boolean> {
    const { host, port, identity, name, expected, trusted, pair, localAddress } = this.options;
    try {
      const { connection, welcome } = await connectFor(CHANNEL_VISIT, {
        ...{ host, port, identity, trusted },
        hello: { type: 'hello', version: PROTOCOL_VERSION, name },
        trust: (fingerprint) => this.options.trust(fingerprint),
        ...(localAddress === undefined ? {} : { localAddress }),
        ...(expected === undefined ? {} : { expected }),
        ...(pair === undefined ? {} : { pair }),
      });
      if (this.stopped.signal.aborted) connection.close();
      await this.stay(connection, welcome.room);
      return true;
    } catch (error) {
      if (!this.stopped.signal.aborted) this.options.onFailed(error);
      return false;
    }
  }

  private async stay(connection: HostConnection, room: string): Promise<void> {
    this.connection = connection;
    this.options.onConnected(connection, room);
    const reason = await new Promise<CloseReason>((resolve) => {
      connection.attach({
        onMessage: (message, attachment) => this.options.onMessage(message, attachment),
        onDrain: () => this.options.onDrain?.(),
        onClose: resolve,
      });
    });
    await connection.whenGone();
    this.connection = undefined;
    this.options.onClosed(reason.reason);
  }
}

/** Somebody whom nobody told this member to trust: trying again changes nothing. */
export function isUntrusted(error: unknown): boolean {
  return error instanceof UntrustedTeacherError;
}
