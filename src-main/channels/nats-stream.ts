import { createHash } from 'node:crypto';
import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StoredMsg,
  type StreamInfo,
} from '@nats-io/jetstream';
import { type BundleVerifier, fieldsOf, type SignedBundle } from './nats-message';

/** A channel's stream in JetStream: one for each subject, made by the publisher that comes first. */

const PREFIX = 'tutti.';
/** Within this time the server itself knows a message that comes twice. */
const DUPLICATE_WINDOW_NS = 120_000_000_000;

const NOT_FOUND = [10_037, 10_059];
/** Insufficient storage, memory or resources; more than the stream may hold. */
const FULL = [10_023, 10_028, 10_047, 10_054, 10_077];

/** NATS' name of a channel's subject or pattern. */
export function natsSubject(subject: string): string {
  return PREFIX + subject;
}

/** The subject of a channel by NATS' name; undefined where it is none. */
export function subjectOf(name: string): string | undefined {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;
}

export function streamName(subject: string): string {
  return `TUTTI-${createHash('sha256').update(subject).digest('hex').slice(0, 24)}`;
}

/** The stream of a channel, made where it is not there; an administrator's limits stay as they are. */
export async function ensureStream(manager: JetStreamManager, subject: string): Promise<void> {
  if ((await streamInfo(manager, streamName(subject))) !== undefined) return;
  await manager.streams.add({
    name: streamName(subject),
    subjects: [natsSubject(subject)],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    duplicate_window: DUPLICATE_WINDOW_NS,
    allow_direct: true,
  });
}

/** @returns undefined where there is no such stream. */
export async function streamInfo(manager: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The first message from a place in the stream on; undefined where there is none. */
async function messageFrom(manager: JetStreamManager, subject: string, place: number): Promise<StoredMsg | undefined> {
  return found(manager.direct.getMessage(streamName(subject), { seq: place, next_by_subj: natsSubject(subject) }));
}

/** The last message of a stream, as its leader has it; undefined where it is empty. */
export async function lastMessage(manager: JetStreamManager, subject: string): Promise<StoredMsg | undefined> {
  return found(manager.streams.getMessage(streamName(subject), { last_by_subj: natsSubject(subject) }));
}

async function found(answer: Promise<StoredMsg | null>): Promise<StoredMsg | undefined> {
  try {
    return (await answer) ?? undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * Finds the place in a stream of the first bundle that is not before what is looked for, by bisection: bundles lie in the
 * order of their numbers and times. @returns the place after the last one where there is none.
 */
export async function placeOf(
  manager: JetStreamManager,
  subject: string,
  verifier: BundleVerifier,
  isBefore: (bundle: SignedBundle) => boolean,
): Promise<number> {
  const info = await streamInfo(manager, streamName(subject));
  if (info === undefined) return 1;
  let [low, high] = [Math.max(1, info.state.first_seq), info.state.last_seq + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const message = await messageFrom(manager, subject, middle);
    if (message === undefined || message.seq >= high) high = middle;
    else if (isOfBefore(message, verifier, isBefore)) low = message.seq + 1;
    else high = middle;
  }
  return low;
}

function isOfBefore(
  message: StoredMsg,
  verifier: BundleVerifier,
  isBefore: (bundle: SignedBundle) => boolean,
): boolean {
  const bundle = verifier.open({ fields: fieldsOf(message.header), body: message.data });
  // Somebody else's message is no place to begin at.
  return bundle === undefined || isBefore(bundle);
}

/** Whether JetStream refused because it has no room. */
export function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    FULL.includes(codeOf(error)) || /insufficient (storage|resources)|no space left|maximum bytes/i.test(error.message)
  );
}

function isNotFound(error: unknown): boolean {
  return (
    error instanceof Error &&
    (NOT_FOUND.includes(codeOf(error)) || /message not found|no message found|stream not found/i.test(error.message))
  );
}

function codeOf(error: Error): number {
  return error instanceof JetStreamApiError ? error.code : Number.NaN;
}
