import { randomBytes } from 'node:crypto';
import { isSession, type Message, type PairMessage, type PairShare } from '../../src-shared/wire/session-messages';
import { CpaceError } from '../security/cpace';
import type { Applicant, PairingDesk, Refusal, Turn } from '../security/pairing-desk';
import { type PairingContext, PairingHandshake, requirePairingShare } from '../security/pairing-handshake';
import type { ControlHandlers } from './control-connection';
import { ControlFault, type FaultCode } from './control-fault';

const WRONG_CODE = "That is not the code of this room. Look at the teacher's screen and try again.";

const REFUSALS: Record<Refusal, readonly [FaultCode, string]> = {
  closed: ['unpaired', 'This room lets nobody new in at the moment. Ask the teacher to let you in.'],
  newCode: ['code', "The room has a new code. Look at the teacher's screen and type that one."],
  busy: ['busy', 'There were too many tries just now. Wait a minute and try again.'],
  late: ['busy', 'This computer took too long to prove that it knows the code. Try again.'],
};

/** What a pairing needs of a connection, whatever that is for afterwards. */
interface PairingConnection {
  readonly remoteAddress: string;
  attach(handlers: ControlHandlers<Message>): void;
  send(message: PairShare): void;
  fault(code: FaultCode, reason: string): void;
}

export interface PairingVisit {
  readonly desk: PairingDesk;
  readonly message: PairMessage;
  /** What the handshake is about, but for the code. */
  readonly context: Omit<PairingContext, 'code'>;
}

/**
 * The teacher's half of a pairing (PROTOCOL.md section 6.5): waits for a turn at the desk, answers with a share and checks
 * the student's proof. Whatever goes wrong ends the connection with a fault.
 * @param proved gets the teacher's own proof, once the student's was right
 * @throws ControlFault for a share that no honest student sends: that is no try, as it tells nothing about the code.
 */
export function answerPairing(connection: PairingConnection, visit: PairingVisit, proved: (tag: string) => void): void {
  withoutCpaceError(() => requirePairingShare(visit.message.share));
  const answer = new PairingAnswer(connection, visit, proved);
  answer.start();
}

class PairingAnswer implements Applicant {
  private handshake: PairingHandshake | undefined;
  /** Missing while the desk decides. */
  private turn: Turn | undefined;

  constructor(
    private readonly connection: PairingConnection,
    private readonly visit: PairingVisit,
    private readonly proved: (tag: string) => void,
  ) {}

  start(): void {
    this.connection.attach({ onMessage: (next) => this.receive(next), onClose: () => this.turn?.left() });
    this.turn = this.visit.desk.enter(this.connection.remoteAddress, this);
  }

  begin(code: string): void {
    this.handshake = new PairingHandshake('teacher', { ...this.visit.context, code }, randomBytes(32));
    this.connection.send({ type: 'pairShare', share: this.handshake.share });
  }

  refuse(refusal: Refusal): void {
    this.connection.fault(...REFUSALS[refusal]);
  }

  private receive(message: Message): void {
    const { handshake } = this;
    if (!isSession(message, 'confirm') || handshake === undefined)
      throw new ControlFault('protocol', 'This message is not expected while a computer is being paired.');
    const proof = withoutCpaceError(() => handshake.receive(this.visit.message.share));
    if (!proof.isProvedBy(message.tag)) {
      this.turn?.failed();
      throw new ControlFault('code', WRONG_CODE);
    }
    this.turn?.proved();
    this.proved(proof.tag);
  }
}

function withoutCpaceError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof CpaceError ? new ControlFault('protocol', error.message) : error;
  }
}
