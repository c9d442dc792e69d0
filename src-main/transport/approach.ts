import { isIPv6 } from 'node:net';
import type { Hello } from '../../src-shared/wire/messages';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import type { Identity } from '../security/identity';
import type { TrustStore } from '../security/trust-store';
import { ConnectError, connectControl, type Enrolment, UntrustedTeacherError } from './control-client';
import { PairingError } from './pairing-error';
import type { Place, Target } from './room-choice';
import type { RoomsInReach } from './rooms-in-reach';
import { peerNameOf } from './words';

/** A room that has welcomed this student, and where it is. */
export interface Arrival extends Enrolment {
  readonly place: Place;
}

/** What is known of an approach while it goes on. */
export interface Meeting {
  /** The certificate that was shown. */
  fingerprint?: string;
  /** Nobody wants to get there any more: nothing more is said. */
  isOver?: boolean;
}

export interface ApproachOptions {
  readonly name: string;
  readonly identity: Identity;
  /** Own address to connect from. */
  readonly interface: string | undefined;
  readonly rooms: RoomsInReach;
  readonly pins: TrustStore;
  held(): Promise<Hello['held']>;
  onPaired(teacher: { readonly fingerprint: string; readonly room: string }): void;
}

/** Nobody who could have judged a code was there. */
const UNREACHED: ReadonlySet<string> = new Set(['refused', 'unreachable', 'timeout', 'notTutti']);

/** A student's way into a room: TLS, pairing where that is needed, hello and welcome (PROTOCOL.md sections 4.1 and 6.5). */
export class Approach {
  constructor(private readonly options: ApproachOptions) {}

  /**
   * Joins the room at this place, and pairs with it first where a code is given and it does not know this student. Where a
   * room is announced, no other is spoken to: anybody may announce any room.
   * @throws ConnectError, UntrustedTeacherError, UnprovedTeacherError, PairingError, TrustStoreError
   */
  async join(place: Target, code: string | undefined, meeting: Meeting): Promise<Arrival> {
    const { identity, rooms } = this.options;
    const enrolment = await connectControl({
      ...{ host: place.host, port: place.port },
      ...this.ownAddressFor(place.host),
      identity,
      hello: await this.hello(),
      trust: (fingerprint) => {
        meeting.fingerprint = fingerprint;
        return meeting.isOver !== true && rooms.accepts(fingerprint);
      },
      trusted: rooms.trusted(),
      ...(place.announced === undefined ? {} : { expected: place.announced.fingerprint }),
      ...(code === undefined ? {} : { pair: { code, onPaired: (teacher) => this.pin(teacher, meeting) } }),
    });
    return { ...enrolment, place: { host: place.host, port: place.port } };
  }

  /** One address of a room after the other where nobody answers; a code that is wrong is so at every address. */
  async pairWithAny([place, ...others]: readonly Target[], code: string): Promise<Arrival> {
    if (place === undefined) throw new PairingError('There is no address to pair with.');
    try {
      return await this.join(place, code, {});
    } catch (error) {
      if (!isElsewhere(error) || others.length === 0) throw error;
      return this.pairWithAny(others, code);
    }
  }

  private async pin(teacher: { fingerprint: string; room: string }, meeting: Meeting): Promise<void> {
    if (meeting.isOver === true) throw new PairingError('This computer went elsewhere meanwhile.');
    await this.options.pins.pin(teacher.fingerprint, teacher.room);
    this.options.onPaired(teacher);
  }

  private async hello(): Promise<Hello> {
    const name = peerNameOf(this.options.name);
    return { type: 'hello', version: PROTOCOL_VERSION, name, held: await this.options.held() };
  }

  private ownAddressFor(host: string): { localAddress?: string } {
    const own = this.options.interface;
    return own === undefined || isIPv6(own) !== isIPv6(host) ? {} : { localAddress: own };
  }
}

function isElsewhere(error: unknown): boolean {
  return error instanceof UntrustedTeacherError || (error instanceof ConnectError && UNREACHED.has(error.code));
}
