import { randomBytes } from 'node:crypto';
import { plainText } from '../../src-shared/text/plain-text';
import { MAX_PEER_NAME_CHARS } from '../../src-shared/wire/limits';
import {
  type Confirm,
  isSession,
  type Message,
  type PairMessage,
  PROTOCOL_VERSION,
} from '../../src-shared/wire/session-messages';
import { CpaceError } from '../security/cpace';
import { type PairingContext, PairingHandshake, type PairingProof } from '../security/pairing-handshake';
import type { CloseReason, ControlHandlers } from './control-connection';
import { ControlFault } from './control-fault';

/** The other end did not prove that it knows the code: it is another room, or somebody is in between. */
export class UnprovedTeacherError extends Error {
  override readonly name = 'UnprovedTeacherError';
  constructor(place: string) {
    super(
      `What answers at ${place} does not know the code: nothing was said to it but this computer's name. ` +
        'Ask your teacher whether that is the right address.',
    );
  }
}

/** What a pairing needs of a connection, whatever that is for afterwards. */
interface PairingConnection {
  attach(handlers: ControlHandlers<Message>): void;
  detach(): void;
  send(message: PairMessage | Confirm): void;
}

export interface PairingRequest {
  readonly context: PairingContext;
  /** The student's own name. */
  readonly name: string;
  /** Where the teacher is, for a sentence. */
  readonly place: string;
}

/**
 * The student's half of a pairing (PROTOCOL.md section 6.5). Afterwards the connection waits for handlers and for a hello.
 * @param closed makes the error for a connection that ends before
 * @returns the room's name, from a teacher that has proved to know the code.
 * @throws UnprovedTeacherError, or what `closed` makes
 */
export function requestPairing(
  connection: PairingConnection,
  { context, name, place }: PairingRequest,
  closed: (reason: CloseReason) => Error,
): Promise<string> {
  const handshake = new PairingHandshake('student', context, randomBytes(32));
  let proof: PairingProof | undefined;
  return new Promise((resolve, reject) => {
    const prove = (share: string): void => {
      proof = proofFor(handshake, share);
      connection.send({ type: 'confirm', tag: proof.tag });
    };
    const judge = (tag: string, room: string): void => {
      connection.detach();
      if (proof?.isProvedBy(tag)) resolve(plainText(room, MAX_PEER_NAME_CHARS));
      else reject(new UnprovedTeacherError(place));
    };
    connection.attach({
      onMessage: (message) => {
        if (isSession(message, 'pairShare') && proof === undefined) prove(message.share);
        else if (isSession(message, 'paired')) judge(message.tag, message.room);
        else throw new ControlFault('protocol', 'This is no answer to a request to be paired.');
      },
      onClose: (reason) => reject(closed(reason)),
    });
    connection.send({ type: 'pair', version: PROTOCOL_VERSION, name, share: handshake.share });
  });
}

/** @throws ControlFault for a share that no honest teacher sends. */
function proofFor(handshake: PairingHandshake, share: string): PairingProof {
  try {
    return handshake.receive(share);
  } catch (error) {
    throw error instanceof CpaceError ? new ControlFault('protocol', error.message) : error;
  }
}
