import { timingSafeEqual } from 'node:crypto';
import {
  type CpaceInputs,
  type CpaceMessage,
  confirmationTag,
  generatorOf,
  lengthValues,
  multiply,
  requireShare,
  scalarFrom,
  sessionKey,
} from './cpace';

/** What both sides put into a pairing beside their secrets (PROTOCOL.md section 6.5). */
export interface PairingContext {
  readonly code: string;
  /** The TLS connection's own secret: PAIRING_EXPORTER of it. */
  readonly exporter: Uint8Array;
  /** Fingerprints of the certificates that the two sides have shown each other. */
  readonly student: string;
  readonly teacher: string;
}

/** Label and length of what is exported from the TLS connection (RFC 8446 section 7.5), with an empty context. */
export const PAIRING_EXPORTER = { label: 'EXPORTER-Tutti-Pairing', bytes: 32 } as const;

export type PairingRole = 'student' | 'teacher';

/** Tells apart the two tags, so that neither can be sent back as the other. */
const ROLE_DATA = { student: Buffer.from('student'), teacher: Buffer.from('teacher') };

/** What one side knows once it has the other's share. */
export interface PairingProof {
  /** Proves to the other side that this one knows the code: 64 bytes as hex. */
  readonly tag: string;
  /** Whether the other side's tag proves the same. */
  isProvedBy(tag: string): boolean;
}

/** One side of a pairing: CPace with the student as the initiator. */
export class PairingHandshake {
  /** What the other side gets: 32 bytes as hex. */
  readonly share: string;
  private readonly inputs: CpaceInputs;
  private readonly scalar: Uint8Array;

  /** @param random 32 bytes that nobody can guess, and that are used once. */
  constructor(
    private readonly role: PairingRole,
    context: PairingContext,
    random: Uint8Array,
  ) {
    this.inputs = inputsOf(context);
    this.scalar = scalarFrom(random);
    this.share = hexOf(multiply(this.scalar, generatorOf(this.inputs)));
  }

  /** @throws CpaceError for a share that no honest peer sends. */
  receive(share: string): PairingProof {
    const { session } = this.inputs;
    const other: PairingRole = this.role === 'student' ? 'teacher' : 'student';
    const mine = messageOf(this.role, this.share);
    const theirs = messageOf(other, share);
    const element = multiply(this.scalar, theirs.share);
    const key = sessionKey(
      session,
      element,
      ...(this.role === 'student' ? inOrder(mine, theirs) : inOrder(theirs, mine)),
    );
    const expected = confirmationTag(session, key, theirs);
    return {
      tag: hexOf(confirmationTag(session, key, mine)),
      isProvedBy: (tag) => isEqual(Buffer.from(tag, 'hex'), expected),
    };
  }
}

/** @throws CpaceError for a share that no honest peer sends. */
export function requirePairingShare(share: string): void {
  requireShare(Buffer.from(share, 'hex'));
}

function inputsOf({ code, exporter, student, teacher }: PairingContext): CpaceInputs {
  return {
    password: Buffer.from(code),
    channel: lengthValues(
      Buffer.from('tutti/1'),
      ROLE_DATA.student,
      Buffer.from(student, 'hex'),
      ROLE_DATA.teacher,
      Buffer.from(teacher, 'hex'),
    ),
    session: exporter,
  };
}

function inOrder(initiator: CpaceMessage, responder: CpaceMessage): [CpaceMessage, CpaceMessage] {
  return [initiator, responder];
}

function messageOf(role: PairingRole, share: string): CpaceMessage {
  return { share: Buffer.from(share, 'hex'), data: ROLE_DATA[role] };
}

function isEqual(tag: Uint8Array, expected: Uint8Array): boolean {
  return tag.length === expected.length && timingSafeEqual(tag, expected);
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
