import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writePrivateFile } from '../security/private-file';

const roomSchema = z.object({
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  place: z.object({ host: z.string().min(1).max(253), port: z.int().min(1).max(65535) }),
});

/** The room that a student was in last, and where it was: it is found there where announcements do not get through. */
export type LastRoom = Readonly<z.infer<typeof roomSchema>>;

/** What `keepLastRoom` kept; undefined where there is nothing, or nothing that makes sense: it is only a hint. */
export async function loadLastRoom(stateDir: string): Promise<LastRoom | undefined> {
  try {
    return roomSchema.parse(JSON.parse(await readFile(pathIn(stateDir), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Keeps it for the next start. Never rejects: the next start searches, then. */
export async function keepLastRoom(stateDir: string, room: LastRoom): Promise<void> {
  await writePrivateFile(pathIn(stateDir), `${JSON.stringify(room)}\n`).catch(() => undefined);
}

function pathIn(stateDir: string): string {
  return join(stateDir, 'last-room.json');
}
