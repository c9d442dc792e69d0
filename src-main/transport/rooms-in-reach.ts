import type { FoundRoom, KnownRoom } from '../../src-shared/ipc/snapshots';
import { shortFingerprint } from '../../src-shared/text/format';
import { hostAndPort } from '../../src-shared/text/host-and-port';
import { parseFingerprint } from '../security/fingerprint';
import type { TrustStore } from '../security/trust-store';
import type { Clock } from './clock';
import { findRooms, type RoomFinder, type RoomOnNetwork } from './discovery';
import { usableInterfaces } from './interfaces';
import { PairingError, SeveralRoomsError } from './pairing-error';
import { Refusals } from './refusals';
import { type Choice, type Place, placeKey, placesToTry, type Target } from './room-choice';

export interface RoomsInReachOptions {
  /** The address that a person has typed. */
  readonly connect?: Place;
  /** Address of the one interface to use. */
  readonly interface?: string;
  readonly trust: { readonly pin?: string; readonly firstUse: boolean };
  readonly pins: TrustStore;
  readonly clock: Clock;
  /** A room appears, changes its name or disappears. */
  onChange(): void;
}

/** Every room that is there has been announced by then; before that "the only one" is only the first. */
const LISTEN_MS = 2_500;

/** The rooms that a student finds, and which of them it may join (PROTOCOL.md section 9). */
export class RoomsInReach {
  /** The room that this student was in last. */
  latest: Choice['latest'];
  private readonly finder: RoomFinder;
  private readonly refusals: Refusals;
  private readonly openedAt: number;

  constructor(private readonly options: RoomsInReachOptions) {
    this.refusals = new Refusals(options.clock);
    this.openedAt = options.clock.now();
    this.finder = findRooms({ interfaces: () => this.addresses(), onChange: () => options.onChange() });
  }

  /** Rooms as they are announced. */
  found(): FoundRoom[] {
    return this.finder.rooms.map((room) => this.shown(room));
  }

  /** Rooms whose certificates are paired or pinned. One that was made known by that alone has no name before it is met. */
  known(): KnownRoom[] {
    return this.options.pins
      .list()
      .map(({ name, fingerprint }) => ({ name: name === '' ? shortFingerprint(fingerprint) : name, fingerprint }));
  }

  shown({ name, address, port, fingerprint }: RoomOnNetwork): FoundRoom {
    const paired = this.isKnown(fingerprint) && !this.refusals.has(fingerprint);
    return { name, address, port, fingerprint, paired, stranger: this.options.pins.isImpostor(name, fingerprint) };
  }

  /** A room that showed this certificate at an address, and that this student is not in. */
  met({ host: address, port }: Place, fingerprint: string): FoundRoom {
    const announced = this.finder.rooms.find((room) => room.fingerprint === fingerprint)?.name;
    const pinned = this.options.pins.list().find((pin) => pin.fingerprint === fingerprint)?.name;
    const name = announced ?? (pinned === undefined || pinned === '' ? hostAndPort(address, port) : pinned);
    const stranger = this.options.pins.isImpostor(name, fingerprint);
    return { name, address, port, fingerprint, paired: false, stranger };
  }

  /**
   * Where to try, best first. With a code, where nobody known is there: the one room that is.
   * @throws SeveralRoomsError where the code could be of more than one
   */
  targets(code: string | undefined): Target[] {
    const typed = this.options.connect;
    const targets = placesToTry({
      typed,
      rooms: this.finder.rooms,
      latest: this.latest,
      // Who has typed an address does not mean just any room.
      mayJoin: (fingerprint) => (typed === undefined ? this.accepts(fingerprint) : this.isKnown(fingerprint)),
      isRefused: (key) => this.refusals.has(key),
    });
    return targets.length > 0 || code === undefined || typed !== undefined ? targets : this.onlyRoom();
  }

  /** Where a room is announced, or where it was met at a typed address. @throws PairingError where it is nowhere. */
  placesOf(fingerprint: string, met: FoundRoom | undefined): Target[] {
    const known = met === undefined ? this.finder.rooms : [...this.finder.rooms, met];
    const rooms = known.filter((room) => room.fingerprint === fingerprint);
    if (rooms.length > 0) return rooms.map(targetOf);
    throw new PairingError(
      'That room is not announced on this network any more. Ask your teacher to open it, or type its address.',
    );
  }

  /** Whether a room is still where it was met, as far as anybody can tell without asking there. */
  isThere({ fingerprint, address, port }: FoundRoom): boolean {
    const { connect } = this.options;
    const isTyped = connect?.host === address && connect.port === port;
    return isTyped || this.finder.rooms.some((room) => room.fingerprint === fingerprint);
  }

  /** A teacher who is trusted already. */
  isKnown(fingerprint: string): boolean {
    const { pin } = this.options.trust;
    return pin === undefined ? this.options.pins.isTrusted(fingerprint) : parseFingerprint(pin) === fingerprint;
  }

  /** A teacher to say hello to: one who is known, or the first ever. */
  accepts(fingerprint: string): boolean {
    const { pin, firstUse } = this.options.trust;
    const isFirst = pin === undefined && firstUse && this.options.pins.list().length === 0;
    return isFirst || this.isKnown(fingerprint);
  }

  /** Whose room may be at a typed address. */
  trusted(): string[] {
    const { pin } = this.options.trust;
    return pin === undefined ? this.options.pins.list().map(({ fingerprint }) => fingerprint) : [parseFingerprint(pin)];
  }

  /** A teacher does not know this student any more: for a while nobody asks there again. */
  sentAway(place: Place, fingerprint: string): void {
    this.refusals.add(fingerprint, placeKey(place));
  }

  forgetRefusals(): void {
    this.refusals.clear();
  }

  /** Listens anew, in another network or after a sleep. Never rejects. */
  rejoin(): Promise<void> {
    return this.finder.rejoin();
  }

  close(): Promise<void> {
    return this.finder.close();
  }

  private onlyRoom(): Target[] {
    if (this.options.clock.now() - this.openedAt < LISTEN_MS) return [];
    const { rooms } = this.finder;
    if (new Set(rooms.map(({ fingerprint }) => fingerprint)).size > 1) throw new SeveralRoomsError(rooms);
    return rooms.map(targetOf);
  }

  /** Of the adapters that may be used. */
  addresses(): string[] {
    const usable = usableInterfaces().filter(({ family }) => family === 'IPv4');
    const wanted = this.options.interface;
    const restricted = process.env.TUTTI_INTERFACE !== undefined;
    return usable
      .filter(({ address, loopback }) => (wanted === undefined ? restricted || !loopback : address === wanted))
      .map(({ address }) => address);
  }
}

function targetOf(room: RoomOnNetwork): Target {
  return { host: room.address, port: room.port, announced: room };
}
