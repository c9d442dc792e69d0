import {
  parseStudentMessage,
  parseTeacherMessage,
  type StudentMessage,
  type TeacherMessage,
} from '../../src-shared/wire/messages';
import type { Message } from '../../src-shared/wire/session-messages';
import { requireSameVersion } from './control-fault';

/** What is spoken on control connections after their greeting: classroom transfers, or channels. */
export interface ControlProtocol<Out extends Message, In extends Message> {
  /** Application protocol (RFC 7301); a port speaks one. */
  readonly alpn: string;
  /** @throws WireError; `undefined` for a kind that this version does not know */
  parse(body: unknown): In | undefined;
  /** Types the other direction; never there. */
  readonly sends?: Out;
}

/** The first message of whoever connects. */
export type HelloOf<In extends Message> = In & { readonly type: 'hello'; readonly name: string };

const ALPN = 'tutti/1';

/** Transfers, from the teacher's side (PROTOCOL.md section 4.1). */
export const CLASSROOM: ControlProtocol<TeacherMessage, StudentMessage> = { alpn: ALPN, parse: parseStudentMessage };

/** Transfers, from a student's side. */
export const CLASSROOM_VISIT: ControlProtocol<StudentMessage, TeacherMessage> = {
  alpn: ALPN,
  parse: parseTeacherMessage,
};

/** A hello of another version is told apart before the rest of it is looked at. */
export function greetingParser<Out extends Message, In extends Message>(
  protocol: ControlProtocol<Out, In>,
): (body: unknown) => In | undefined {
  return (body) => {
    requireSameVersion(body);
    return protocol.parse(body);
  };
}
