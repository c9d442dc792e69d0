import type { RoomOnNetwork } from './discovery';
import type { LastRoom } from './last-room';

/** Where a room may be. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** A place to try; one that was announced says whose it is. */
export interface Target extends Place {
  readonly announced?: RoomOnNetwork;
}

export interface Choice {
  /** The address that a person has typed. */
  readonly typed: Place | undefined;
  /** What is announced on the network. */
  readonly rooms: readonly RoomOnNetwork[];
  /** The room that this student was in last, and where that was. */
  readonly latest: LastRoom | undefined;
  /** Whether a room with this certificate may be joined without asking anybody. */
  mayJoin(fingerprint: string): boolean;
  /** Whether a room or a place (`placeKey`) has sent this student away a moment ago. */
  isRefused(key: string): boolean;
}

/** Announcements are nobody's word: whoever invents many for one certificate costs so many tries. */
const MAX_ANNOUNCED = 8;

/**
 * Where to try to join a room, best first (PROTOCOL.md section 9): the typed address, then where a joinable room is announced,
 * the one of last time first, then where that was, as announcements do not get through everywhere. A teacher whose
 * address has changed is found thereby, even if the old one was typed.
 */
export function placesToTry({ typed, rooms, latest, mayJoin, isRefused }: Choice): Target[] {
  const isOpen = ({ fingerprint }: { readonly fingerprint: string }) => mayJoin(fingerprint) && !isRefused(fingerprint);
  const isLatest = (room: RoomOnNetwork) => Number(room.fingerprint === latest?.fingerprint);
  const announced = rooms
    .filter(isOpen)
    .sort((a, b) => isLatest(b) - isLatest(a))
    .map((room) => ({ host: room.address, port: room.port, announced: room }))
    .slice(0, MAX_ANNOUNCED);
  const before = typed === undefined || isRefused(placeKey(typed)) ? [] : [typed];
  const after = latest !== undefined && isOpen(latest) ? [latest.place] : [];
  return withoutRepeats([...before, ...announced, ...after]);
}

function withoutRepeats(targets: readonly Target[]): Target[] {
  const keys = targets.map(placeKey);
  return targets.filter((target, index) => keys.indexOf(placeKey(target)) === index);
}

/** Tells places apart. */
export function placeKey({ host, port }: Place): string {
  return `${host} ${port}`;
}
