import { hostAndPort } from '../../src-shared/text/host-and-port';
import type { RoomOnNetwork } from './discovery';

/** There is nobody to pair with; the message says what to do. */
export class PairingError extends Error {
  override readonly name: string = 'PairingError';
}

const MAX_NAMED = 5;

/** A code was given, and no address: more than one room could be meant. */
export class SeveralRoomsError extends PairingError {
  override readonly name = 'SeveralRoomsError';

  constructor(rooms: readonly RoomOnNetwork[]) {
    const named = rooms.slice(0, MAX_NAMED).map(({ name, address, port }) => `${name} (${hostAndPort(address, port)})`);
    const more = rooms.length > MAX_NAMED ? `, and ${rooms.length - MAX_NAMED} more` : '';
    super(`Several rooms are open: ${named.join(', ')}${more}. Say which one you mean with its address.`);
  }
}
