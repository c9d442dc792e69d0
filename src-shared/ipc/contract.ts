import { z } from 'zod';
import { MAX_FILES, MAX_PEER_NAME_CHARS } from '../wire/limits';
import type { StudentSnapshot, TeacherSnapshot } from './snapshots';

/**
 * The one contract between the window and the main process. The window asks by name with one argument and gets one
 * answer; the main process tells by name. What the window sends is `unknown` until a schema here has parsed it; what
 * the main process sends is trusted.
 */

/** The two channels that carry everything else. */
export const REQUEST_CHANNEL = 'tutti:request';
export const EVENT_CHANNEL = 'tutti:event';

/** Longer than any path that an operating system accepts. */
const MAX_PATH_CHARS = 32_768;

const transfer = z.string().regex(/^[0-9a-f]{1,64}$/);
const path = z.string().min(1).max(MAX_PATH_CHARS);

export const roleSchema = z.enum(['teacher', 'student']);
export type Role = z.infer<typeof roleSchema>;

/** What a person is called in the room: no line breaks or control characters, never blank. */
export const nameSchema = z
  .string()
  .transform((name) => name.replace(/\p{C}/gu, '').trim())
  .pipe(z.string().min(1).max(MAX_PEER_NAME_CHARS));

/** `host:port`, or `[v6 address]:port`. */
export const addressSchema = z
  .string()
  .trim()
  .regex(/^(\[[0-9a-fA-F:.]+(%[0-9a-zA-Z]+)?\]|[0-9a-zA-Z.-]{1,253}):\d{1,5}$/)
  .transform((address) => {
    const colon = address.lastIndexOf(':');
    return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
  })
  .refine(({ port }) => port >= 1 && port <= 65_535);
export type Address = z.infer<typeof addressSchema>;

/** Each request's argument, as the main process accepts it. */
export const requestSchemas = {
  /** The window is ready: the main process answers by sending every event's present value. */
  attach: z.undefined(),
  /** The first start's answer, or a later change of it; the engine starts anew. */
  introduce: z.object({ role: roleSchema, name: nameSchema }),
  /** Starts the engine again after it failed. */
  restart: z.undefined(),
  /** Sends files and folders to everyone in the room, or queues them; the answer is the transfer's id. */
  send: z.object({ paths: z.array(path).min(1).max(MAX_FILES) }),
  /** Lets the teacher pick with the system's dialog, and sends what was picked. */
  choose: z.object({ kind: z.enum(['files', 'folders']) }),
  pause: z.object({ transfer }),
  resume: z.object({ transfer }),
  cancel: z.object({ transfer }),
  /** The student trusts the room whose certificate has this fingerprint. */
  trust: z.object({ fingerprint: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** The student joins the room at this address; null goes back to searching. */
  connect: z.object({ address: addressSchema.nullable() }),
  /** Lets the student pick the folder that music is put in. */
  chooseFolder: z.undefined(),
  /** Shows a transfer's files, or the folder itself, in the system's file manager. */
  show: z.object({ transfer: transfer.optional() }),
} satisfies Record<string, z.ZodType>;

export type RequestName = keyof typeof requestSchemas;
/** What the window may write as the argument. */
export type RequestArgument<N extends RequestName> = z.input<(typeof requestSchemas)[N]>;
/** What the main process gets after parsing. */
export type ParsedArgument<N extends RequestName> = z.output<(typeof requestSchemas)[N]>;

interface Answers {
  send: { readonly transfer: string };
}
export type RequestAnswer<N extends RequestName> = N extends keyof Answers ? Answers[N] : undefined;

/** An answer as it travels: a rejection is one sentence for people. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** What the window knows of the settings; `role` is null before the first start's question is answered. */
export interface SettingsView {
  readonly role: Role | null;
  readonly name: string;
  readonly folder: string;
  /** The room that the student joins by address, as it was typed. */
  readonly address: string | null;
}

export type EngineStatus =
  | { readonly state: 'stopped' }
  | { readonly state: 'starting' }
  | { readonly state: 'running' }
  | { readonly state: 'failed'; readonly message: string };

/** Everything that the main process tells the window; each is the whole present value. */
export interface Events {
  settings: SettingsView;
  engine: EngineStatus;
  teacher: TeacherSnapshot;
  student: StudentSnapshot;
  /** Something that the person started outside the window's page failed: one sentence. */
  problem: string;
}

type EventName = keyof Events;
export type EventMessage = { [N in EventName]: { readonly name: N; readonly value: Events[N] } }[EventName];

/** What the preload script puts on `window.tutti`; `Handle` is the browser's `File`. */
export interface Bridge<Handle> {
  request(name: RequestName, argument: unknown): Promise<Outcome<unknown>>;
  /** Calls back for every event; the returned function ends it. */
  listen(onEvent: (message: EventMessage) => void): () => void;
  /** Where dropped or pasted files and folders are on this machine; those without a place are left out. */
  pathsOf(files: readonly Handle[]): string[];
}
