import type { HostMessage, MemberMessage } from '../../src-shared/wire/channel-messages';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import type { Identity } from '../security/identity';
import { Alarm } from '../transport/alarm';
import { systemClock } from '../transport/clock';
import { connectFor, type PairRequest, UntrustedTeacherError } from '../transport/control-client';
import type { CloseReason } from '../transport/control-connection';
import { CHANNEL_VISIT, type HostConnection } from './channel-protocol';

export interface HostLinkOptions {
  /** Where it may be, asked before each try: one after the other is tried. */
  places(): readonly Place[];
  /** Address of the one interface to use. */
  readonly interface: string | undefined;
  readonly identity: Identity;
  readonly name: string;
  /** Whoever else answers there is told nothing. */
  readonly expected: string | undefined;
  trust(fingerprint: string): boolean;
  readonly trusted: readonly string[];
  readonly pair: PairRequest | undefined;
  onConnected(connection: HostConnection, room: string, place: Place): void;
  onMessage(message: HostMessage, attachment: Uint8Array): void;
  onDrain?(): void;
  onClosed(reason: string): void;
  /** It is not to be reached, or not to be trusted; it goes on trying. */
  onFailed(error: unknown): void;
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Between two tries, doubling. */
const RETRY_MS = { first: 250, last: 4_000, replaced: 30_000 };

/** A member's connection to a publisher or an archive, made again and again until closed. */
export class HostLink {
  connection: HostConnection | undefined;
  private readonly stopped = new AbortController();
  private readonly alarm = new Alarm(systemClock);
  private readonly running: Promise<void>;
  private tries = 0;

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
      const places = this.options.places();
      const place = places[this.tries % Math.max(1, places.length)];
      const ended = place === undefined ? undefined : await this.visit(place);
      if (ended === undefined) this.tries++;
      // Another program here has the same certificate: each would push the other out.
      if (ended?.code === 'replaced') wait = RETRY_MS.replaced;
      else if (ended !== undefined) wait = RETRY_MS.first / 2;
      if (!this.stopped.signal.aborted) await this.alarm.wait(wait);
    }
  }

  /** @returns how the connection ended, if there was one */
  private async visit(place: Place): Promise<CloseReason | undefined> {
    const { identity, name, expected, trusted, pair } = this.options;
    const localAddress = ownAddressFor(this.options.interface, place.host);
    try {
      const { connection, welcome } = await connectFor(CHANNEL_VISIT, {
        ...{ host: place.host, port: place.port, identity, trusted },
        hello: { type: 'hello', version: PROTOCOL_VERSION, name },
        trust: (fingerprint) => this.options.trust(fingerprint),
        ...(localAddress === undefined ? {} : { localAddress }),
        ...(expected === undefined ? {} : { expected }),
        ...(pair === undefined ? {} : { pair }),
      });
      if (this.stopped.signal.aborted) connection.close();
      return await this.stay(connection, welcome.room, place);
    } catch (error) {
      if (!this.stopped.signal.aborted) this.options.onFailed(error);
      return undefined;
    }
  }

  private async stay(connection: HostConnection, room: string, place: Place): Promise<CloseReason> {
    this.connection = connection;
    this.options.onConnected(connection, room, place);
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
    return reason;
  }
}

/** Somebody whom nobody told this member to trust: trying again changes nothing. */
export function isUntrusted(error: unknown): boolean {
  return error instanceof UntrustedTeacherError;
}

/** An interface that was chosen is used to connect from, where it is of the same family. */
function ownAddressFor(own: string | undefined, host: string): string | undefined {
  return own === undefined || own.includes(':') !== host.includes(':') ? undefined : own;
}
