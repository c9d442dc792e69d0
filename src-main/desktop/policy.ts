import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { preferencesSchema } from '../../src-shared/ipc/contract';
import { messageOf } from '../../src-shared/text/message-of';
import { definedOnly, type Settings, settingsSchema } from './settings';

/** Rooms of one school. */
const MAX_TEACHERS = 1000;
const PROGRAM_DATA = 'C:\\ProgramData';
const HOSTNAME = /\{hostname\}/g;

/** What an administrator lays down for everybody who uses this machine (docs/policy.md). */
const policySchema = z.strictObject({
  /** This machine receives, and no person can change that; false: it may be a teacher's too. */
  receiveOnly: z.boolean(),
  name: settingsSchema.shape.name,
  folder: settingsSchema.shape.folder.refine(isAbsolute, 'it has to be a full path'),
  address: settingsSchema.shape.address,
  /** Certificate fingerprints of teachers that this machine knows from the start. */
  teachers: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(MAX_TEACHERS),
  archiveOn: settingsSchema.shape.archiveOn,
  devicesOn: settingsSchema.shape.devicesOn,
  devicesFolder: z.string().refine(isAbsolute, 'it has to be a full path'),
  devicesPort: settingsSchema.shape.devicesPort,
  ...preferencesSchema.omit({ rateMbit: true }).shape,
});
const fileSchema = policySchema.partial().required({ receiveOnly: true });

export interface Policy {
  /** These settings hold whatever a person chose, and cannot be changed. */
  readonly settings: Partial<Settings>;
  readonly teachers: readonly string[];
  /** Why the file could not be used, where it could not: then the machine receives only, and nothing else is fixed. */
  readonly broken?: { readonly path: string; readonly reason: string };
}

/** Where a policy may be, in order: the machine's own place cannot be overruled by a variable that anybody can set. */
export function policyPlaces(variables: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  const own = variables.TUTTI_POLICY;
  return [...new Set([...machinePlaces(variables, platform), ...(own === undefined || own === '' ? [] : [own])])];
}

function machinePlaces({ ProgramData = PROGRAM_DATA }: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  // Where that folder is elsewhere only a variable tells; it comes second, as a person may set it to what they like.
  if (platform === 'win32') return [PROGRAM_DATA, ProgramData].map((folder) => join(folder, 'Tutti', 'policy.json'));
  if (platform === 'darwin') return ['/Library/Application Support/Tutti/policy.json'];
  return ['/etc/tutti/policy.json'];
}

/** The first policy file that is there; undefined where none is. A file that cannot be used fails closed. */
export function readPolicy(places: readonly string[], hostname: string): Policy | undefined {
  for (const path of places) {
    try {
      return parsePolicy(readFileSync(path, 'utf8'), hostname);
    } catch (error) {
      if (!isMissing(error))
        return { settings: { role: 'student' }, teachers: [], broken: { path, reason: reasonOf(error) } };
    }
  }
  return undefined;
}

/** @throws SyntaxError, ZodError */
function parsePolicy(content: string, hostname: string): Policy {
  const { receiveOnly, teachers = [], ...settings } = fileSchema.parse(filledIn(JSON.parse(content), hostname));
  return { settings: { ...definedOnly(settings), ...(receiveOnly ? { role: 'student' } : {}) }, teachers };
}

/** One file serves a whole lab: each machine's name has its host name in it. */
function filledIn(content: unknown, hostname: string): unknown {
  if (typeof content !== 'object' || content === null || !('name' in content)) return content;
  const { name } = content;
  return typeof name === 'string' ? { ...content, name: name.replace(HOSTNAME, () => hostname) } : content;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error);
  return error.issues
    .map(({ path, message }) => [path.join('.'), message].filter((part) => part !== '').join(': '))
    .join('; ');
}
