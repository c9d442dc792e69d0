import type { FoundRoom, NodeSnapshot } from '../../../src-shared/ipc/snapshots';

/** The rooms in reach, by what can be done about them. The one that the student is in or on the way to is none of them. */
export interface RoomsInReach {
  /** Paired: joined by itself, or by hand where there are several. */
  readonly known: readonly FoundRoom[];
  /** They want their code once. */
  readonly fresh: readonly FoundRoom[];
  /** They carry a known room's name and are another device. */
  readonly strangers: readonly FoundRoom[];
}

export function roomsInReach({ connection, room, found }: NodeSnapshot): RoomsInReach {
  const going = connection === 'connected' || connection === 'connecting';
  const mine = going ? room?.fingerprint : undefined;
  // A room whose address was typed is not announced, and a room may be heard on two addresses.
  const all = new Map([...(room === null ? [] : [room]), ...found].map((one) => [one.fingerprint, one]));
  const others = [...all.values()].filter(({ fingerprint }) => fingerprint !== '' && fingerprint !== mine);
  return {
    known: others.filter(({ paired }) => paired),
    fresh: others.filter(({ paired, stranger }) => !paired && !stranger),
    strangers: others.filter(({ paired, stranger }) => !paired && stranger),
  };
}

/**
 * Whether the student is asked for a code without having asked for a room: somebody who knows rooms waits for one of
 * them, whoever else teaches on this network.
 */
export function wantsCode({ connection, room, known }: NodeSnapshot): boolean {
  return connection === 'unpaired' && (known.length === 0 || room !== null);
}
