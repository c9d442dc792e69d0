import type { DeviceRole } from '../../src-shared/ipc/device-views';
import { type Endpoint, nameOf } from './endpoint';
import { MAX_CLIENTS_SHOWN } from './params';
import type { SessionClient } from './session-client';
import type { SessionHost } from './session-host';

/** The clients of a session, in the order in which they get their turn as master (RFC 2090: the oldest first). What changes is told. */
export class SessionClients {
  private readonly byName = new Map<string, SessionClient>();
  private turns: SessionClient[] = [];
  private added = 0;
  private completed = 0;

  constructor(
    private readonly session: string,
    private readonly host: SessionHost,
  ) {}

  /** Those of now, and the latest that are over. */
  get all(): readonly SessionClient[] {
    return [...this.byName.values()];
  }

  /** How many there ever were. */
  get totals(): { readonly clients: number; readonly complete: number } {
    return { clients: this.added, complete: this.completed };
  }

  /** Those that are neither complete nor failed; the first one's turn is the next. */
  get active(): readonly SessionClient[] {
    return this.turns;
  }

  at(endpoint: Endpoint): SessionClient | undefined {
    return this.byName.get(nameOf(endpoint));
  }

  add(client: SessionClient): void {
    // Whoever comes again is the latest.
    this.byName.delete(client.name);
    this.byName.set(client.name, client);
    this.turns.push(client);
    this.added++;
    if (this.byName.size > MAX_CLIENTS_SHOWN) this.forgetOldest();
  }

  setRole(client: SessionClient, role: DeviceRole, why?: string): void {
    client.role = role;
    client.state = 'waiting';
    client.why = why;
    this.tell(client);
  }

  /** It has answered and gets blocks. */
  receives(client: SessionClient): void {
    client.state = 'receiving';
    client.why = undefined;
    this.tell(client);
  }

  /** It gets its next turn after all the others. */
  moveToEnd(client: SessionClient): void {
    this.turns = [...this.turns.filter((other) => other !== client), client];
  }

  complete(client: SessionClient): void {
    client.state = 'complete';
    this.completed++;
    this.end(client, undefined);
  }

  fail(client: SessionClient, why: string): void {
    client.state = 'failed';
    this.end(client, why);
  }

  private forgetOldest(): void {
    for (const client of this.byName.values()) {
      if (client.isActive) continue;
      this.byName.delete(client.name);
      return;
    }
  }

  private end(client: SessionClient, why: string | undefined): void {
    client.why = why;
    this.turns = this.turns.filter((other) => other !== client);
    this.host.clientEnded(client);
    this.tell(client);
  }

  private tell({ name: address, role, state, why }: SessionClient): void {
    this.host.event({
      event: 'client',
      session: this.session,
      address,
      role,
      state,
      ...(why === undefined ? {} : { why }),
    });
  }
}
