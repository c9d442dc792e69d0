import { z } from 'zod';
import { splitHostAndPort } from '../text/host-and-port';
import { LANGUAGES, type Language } from '../text/i18n';
import { MAX_FILES, MAX_PEER_NAME_CHARS, MAX_STUDENTS } from '../wire/limits';
import type { SnapshotChange } from './snapshot-change';
import type { HistoryEntry, StudentSnapshot, TeacherSnapshot } from './snapshots';

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
  .transform(splitHostAndPort)
  .refine(({ port }) => port >= 1 && port <= 65_535);
export type Address = z.infer<typeof addressSchema>;

/** A port that a person may choose. */
export const portSchema = z.int().min(1).max(65_535);

const fingerprint = z.string().regex(/^[0-9a-f]{64}$/);
const students = z.array(fingerprint).max(MAX_STUDENTS);

export const codeSchema = z
  .string()
  .transform((code) => code.replace(/[\s-]/g, ''))
  .pipe(z.string().regex(/^\d{8}$/));

const audienceSchema = z.union([
  z.literal('everyone'),
  z.object({ group: nameSchema }),
  z.object({ students: students.min(1) }),
]);

const startRuleSchema = z.discriminatedUnion('when', [
  z.object({ when: z.literal('now') }),
  z.object({ when: z.literal('ready'), students: z.int().min(1).max(MAX_STUDENTS) }),
  z.object({ when: z.literal('at'), time: z.int().min(0) }),
  z.object({ when: z.literal('asked') }),
]);

/** Longer is no name for people; PROTOCOL.md section 15. */
const MAX_SUBJECT_CHARS = 200;
/** Letters, digits, “-” and “_”: the same in a shell, in an address and in a file's name. */
const WORD = String.raw`[\p{L}\p{N}][\p{L}\p{N}\p{M}_-]*`;

/** Two spellings of one word would be two channels that look the same. */
function isNormal(text: string): boolean {
  return text === text.normalize('NFC');
}

/** What a channel is called: words with dots between them, the general before the particular. */
export const subjectSchema = z
  .string()
  .max(MAX_SUBJECT_CHARS)
  .refine(isNormal)
  .regex(new RegExp(`^${WORD}(\\.${WORD})*$`, 'u'));

/** Which channels are followed: a subject, in which `*` stands for one word and `>` at the end for all that follow. */
export const patternSchema = z
  .string()
  .max(MAX_SUBJECT_CHARS)
  .refine(isNormal)
  .regex(new RegExp(`^((${WORD}|\\*)(\\.(${WORD}|\\*))*(\\.>)?|>)$`, 'u'));

/** What is asked of a name template: folders of received music, such as "{room}/{date}" (PROTOCOL.md section 10). */
const MAX_TEMPLATE_CHARS = 200;

/** A file of that name with other content is there already: keep both, replace it, or move it aside. Same content is never stored twice. */
export const conflictRuleSchema = z.enum(['keepBoth', 'replace', 'backUp']);
export type ConflictRule = z.infer<typeof conflictRuleSchema>;

/** What people may change in the settings at any time; a role and a name come by `introduce`. */
export const preferencesSchema = z.object({
  language: z.enum(['system', ...LANGUAGES]),
  appearance: z.enum(['system', 'light', 'dark']),
  /** Opens in the tray when the person logs in. */
  startAtLogin: z.boolean(),
  /** No notifications. */
  doNotDisturb: z.boolean(),
  /** Folders below the music folder, with {room}, {date}, {artist} and {album} filled in. */
  folderTemplate: z.string().max(MAX_TEMPLATE_CHARS),
  conflict: conflictRuleSchema,
  /** The teacher's ceiling in Mbit/s; null adapts to the class. */
  rateMbit: z.number().min(1).max(10_000).nullable(),
});
export type Preferences = Readonly<z.infer<typeof preferencesSchema>>;

/** Each request's argument, as the main process accepts it. */
export const requestSchemas = {
  /** The window is ready: the main process answers by sending every event's present value. */
  attach: z.undefined(),
  /** The first start's answer, or a later change of it; the engine starts anew. */
  introduce: z.object({ role: roleSchema, name: nameSchema }),
  /** Changes some preferences. */
  prefer: preferencesSchema.partial(),
  /** Starts the engine again after it failed. */
  restart: z.undefined(),
  /** Queues files and folders; the answer is the transfer's id. */
  send: z.object({ paths: z.array(path).min(1).max(MAX_FILES), audience: audienceSchema, start: startRuleSchema }),
  /** Lets the teacher pick with the system's dialog, and sends what was picked. */
  choose: z.object({ kind: z.enum(['files', 'folders']), audience: audienceSchema, start: startRuleSchema }),
  /** Starts a queued transfer whatever its start rule says, before all others that wait. */
  startNow: z.object({ transfer }),
  pause: z.object({ transfer }),
  resume: z.object({ transfer }),
  cancel: z.object({ transfer }),
  /** Sends a transfer's files once more to these of its students, or to all who failed. */
  retry: z.object({ transfer, students: students.optional(), by: z.enum(['multicast', 'tcp']) }),
  /** Shows the teacher's own files of a transfer in the file manager. */
  showSource: z.object({ transfer }),
  /** Lets new students in with a code, or nobody new. */
  letIn: z.object({ open: z.boolean() }),
  /** Replaces the code that new students type. */
  newCode: z.undefined(),
  renameStudent: z.object({ student: fingerprint, name: nameSchema }),
  /** Forgets a student; it has to be paired anew. */
  unpair: z.object({ student: fingerprint }),
  /** Makes a group, or says anew who is in it. */
  setGroup: z.object({ name: nameSchema, students }),
  renameGroup: z.object({ name: nameSchema, to: nameSchema }),
  removeGroup: z.object({ name: nameSchema }),
  /** Examines how every student hears multicast. */
  examine: z.undefined(),
  /** Publishes a folder, which the teacher picks, as a channel. */
  publish: z.object({ subject: subjectSchema }),
  unpublish: z.object({ subject: subjectSchema }),
  /** Follows channels: what is new from now on, or all that can still be had. */
  follow: z.object({ pattern: patternSchema, from: z.enum(['now', 'beginning']) }),
  unfollow: z.object({ pattern: patternSchema }),
  /** Keeps an archive of the channels that are published here, or none. */
  setArchive: z.object({ on: z.boolean() }),
  /** Lets devices fetch files by TFTP, or no longer; where no folder is chosen yet, the teacher picks one first. */
  setDevices: z.object({ on: z.boolean() }),
  /** Lets the teacher pick the folder that devices may read. */
  chooseDevicesFolder: z.undefined(),
  /** The port at which devices ask. */
  setDevicesPort: z.object({ port: portSchema }),
  /** Every transfer that is over, newest first. */
  history: z.undefined(),
  /** Writes one transfer of the history, or all, to a file that the teacher picks. */
  exportHistory: z.object({ format: z.enum(['csv', 'json']), transfer: transfer.optional() }),
  /** Deletes the history from the disk. */
  clearHistory: z.undefined(),
  /** Pairs the student with a room: the one with this certificate, or the one at this address. */
  pair: z.object({
    code: codeSchema,
    room: z.union([z.object({ fingerprint }), z.object({ address: addressSchema })]),
  }),
  /** The student forgets a room. */
  forget: z.object({ fingerprint }),
  /** The student joins the room at this address; null goes back to searching. */
  connect: z.object({ address: addressSchema.nullable() }),
  /** Switches the student's receiving off and on. */
  receive: z.object({ on: z.boolean() }),
  /** Lets the student pick the folder that music is put in. */
  chooseFolder: z.undefined(),
  /** Shows a received file (or a transfer's first, or the folder itself) in the system's file manager. */
  show: z.object({ transfer: transfer.optional(), file: z.int().min(0).max(MAX_FILES).optional() }),
  /** Opens a received file with the system's own program for it. */
  open: z.object({ transfer, file: z.int().min(0).max(MAX_FILES) }),
} satisfies Record<string, z.ZodType>;

export type RequestName = keyof typeof requestSchemas;
/** What the window may write as the argument. */
export type RequestArgument<N extends RequestName> = z.input<(typeof requestSchemas)[N]>;
/** What the main process gets after parsing. */
export type ParsedArgument<N extends RequestName> = z.output<(typeof requestSchemas)[N]>;

interface Answers {
  send: { readonly transfer: string };
  retry: { readonly transfer: string };
  history: readonly HistoryEntry[];
  /** False when the teacher changed their mind in the dialog. */
  exportHistory: { readonly written: boolean };
}
export type RequestAnswer<N extends RequestName> = N extends keyof Answers ? Answers[N] : undefined;

/** An answer as it travels: a rejection is one sentence for people. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** What the window knows of the settings; `role` is null before the first start's question is answered. */
export interface SettingsView extends Preferences {
  readonly role: Role | null;
  readonly name: string;
  readonly folder: string;
  /** Whether the channels that are published here have an archive here. */
  readonly archiveOn: boolean;
  /** Whether devices may fetch files by TFTP, of which folder, at which port. */
  readonly devicesOn: boolean;
  readonly devicesFolder: string | null;
  readonly devicesPort: number;
  /** The room that the student joins by address, as it was typed. */
  readonly address: string | null;
  /** The system's language where Tutti speaks it, else English: what `language: 'system'` means. */
  readonly systemLanguage: Language;
  /** Names of the settings that this machine's policy file fixes; they cannot be changed here. */
  readonly fixed: readonly string[];
}

/** What the student's tray shows. */
export interface TrayView {
  readonly state: 'idle' | 'searching' | 'receiving' | 'attention' | 'paused' | 'failed';
  /** 0…1, while receiving. */
  readonly progress: number;
  readonly tooltip: string;
}

/** Items of the application's menu that are the page's to carry out. */
export type MenuCommand = 'sendFiles' | 'sendFolder' | 'settings';

export type EngineStatus =
  | { readonly state: 'stopped' }
  | { readonly state: 'starting' }
  | { readonly state: 'running' }
  | { readonly state: 'failed'; readonly message: string };

/** Everything that the main process tells the window: whole present values, but for `change`. */
interface Events {
  settings: SettingsView;
  engine: EngineStatus;
  teacher: TeacherSnapshot;
  student: StudentSnapshot;
  /** What changed since the last picture of the same role; a whole one always comes first. */
  change: SnapshotChange;
  tray: TrayView;
  /** The person picked an item of the application's menu that the page carries out. */
  menu: MenuCommand;
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
