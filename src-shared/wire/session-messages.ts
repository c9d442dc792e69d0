import { z } from 'zod';
import { inertText } from '../text/plain-text';
import { MAX_PEER_NAME_CHARS, MAX_REASON_CHARS } from './limits';
import { WireError } from './wire-error';

/**
 * What every control connection says, whatever it is for: greeting, pairing, signs of life, the last word
 * (PROTOCOL.md sections 4.1 and 6.5). Transfers (`messages.ts`) and channels (`channel-messages.ts`) add their own.
 */

/** Major version of the control protocol; a peer of another one is told so and let go. */
export const PROTOCOL_VERSION = 2;

export const serial = z.int().min(0).max(0xffffffff);
export const peerName = z.string().min(1).max(MAX_PEER_NAME_CHARS);
/** For people, and shown as it is: whatever could steer a terminal is gone from it once it is parsed. */
export const reason = z.string().max(MAX_REASON_CHARS).transform(inertText);
export const base64 = (maxBytes: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9+/]*={0,2}$/)
    .max(Math.ceil(maxBytes / 3) * 4);
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

// --- The session (4.1) ---

export const welcome = z.object({ type: z.literal('welcome'), version: z.int(), room: peerName, student: sha256 });
export const ping = z.object({ type: z.literal('ping'), id: z.int().min(0) });
export const pong = z.object({ type: z.literal('pong'), id: z.int().min(0) });
/** The last message before the sender of it closes the connection. */
export const fault = z.object({
  type: z.literal('fault'),
  code: z.enum(['version', 'protocol', 'busy', 'replaced', 'unpaired', 'code']),
  reason,
});

// --- Pairing (6.5): CPace inside TLS, in place of the hello of a student who is not paired yet ---

/** 32-byte group elements and 64-byte confirmation tags, as hex. */
const share = z.string().regex(/^[0-9a-f]{64}$/);
const tag64 = z.string().regex(/^[0-9a-f]{128}$/);
export const pair = z.object({ type: z.literal('pair'), version: z.int(), name: peerName, share });
export const pairShare = z.object({ type: z.literal('pairShare'), share });
export const confirm = z.object({ type: z.literal('confirm'), tag: tag64 });
/** Both know the code, and the teacher has pinned the student: the hello follows on the same connection. */
export const paired = z.object({ type: z.literal('paired'), tag: tag64, room: peerName });

type Greeting = { readonly type: 'hello'; readonly version: number; readonly name: string };

/** Any message of any connection. */
export interface Message {
  readonly type: string;
}
export type PairMessage = z.infer<typeof pair>;
export type Confirm = z.infer<typeof confirm>;
export type PairShare = z.infer<typeof pairShare>;
type Paired = z.infer<typeof paired>;
export type Welcome = z.infer<typeof welcome>;
export type Fault = z.infer<typeof fault>;
export type SessionMessage =
  | Greeting
  | PairMessage
  | Confirm
  | PairShare
  | Paired
  | Welcome
  | Fault
  | z.infer<typeof ping>
  | z.infer<typeof pong>;

/** Tells a session's message by its kind: every protocol's parser has checked those with the schemas above. */
export function isSession<K extends SessionMessage['type']>(
  message: Message,
  kind: K,
): message is Extract<SessionMessage, { type: K }> {
  return message.type === kind;
}

interface MessageSchema<T> {
  safeParse(body: unknown): z.ZodSafeParseResult<T>;
  readonly options: readonly { readonly shape: { readonly type: z.ZodLiteral<string> } }[];
}

/**
 * Checks a decoded JSON body. `undefined`: a kind this version does not know, to be ignored (4.1).
 * @throws WireError where a known kind has a wrong field
 */
export function parse<T>(schema: MessageSchema<T>, body: unknown): T | undefined {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  if (isUnknownKind(schema, body)) return undefined;
  const issue = result.error.issues[0];
  throw new WireError(`message: ${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not valid'}`);
}

function isUnknownKind({ options }: MessageSchema<unknown>, body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('type' in body) || typeof body.type !== 'string') return false;
  return !options.some((option) => option.shape.type.value === body.type);
}
