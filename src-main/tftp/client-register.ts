import { type Endpoint, nameOf } from './endpoint';
import { MAX_CLIENTS_PER_ADDRESS } from './params';
import type { SessionClient } from './session-client';

/** Which transfer each client is in, and how many each address has: one machine may not take what is for all. */
export class ClientRegister<Session> {
  private readonly entries = new Map<string, { readonly client: SessionClient; readonly session: Session }>();
  private readonly perAddress = new Map<string, number>();

  at(endpoint: Endpoint): { readonly client: SessionClient; readonly session: Session } | undefined {
    return this.entries.get(nameOf(endpoint));
  }

  hasRoomFor({ address }: Endpoint): boolean {
    return (this.perAddress.get(address) ?? 0) < MAX_CLIENTS_PER_ADDRESS;
  }

  add(client: SessionClient, session: Session): void {
    this.entries.set(client.name, { client, session });
    this.count(client, 1);
  }

  remove(client: SessionClient): void {
    if (this.entries.get(client.name)?.client !== client) return;
    this.entries.delete(client.name);
    this.count(client, -1);
  }

  private count({ endpoint: { address } }: SessionClient, change: number): void {
    const count = (this.perAddress.get(address) ?? 0) + change;
    if (count > 0) this.perAddress.set(address, count);
    else this.perAddress.delete(address);
  }
}
