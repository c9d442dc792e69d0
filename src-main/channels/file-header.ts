import { z } from 'zod';
import { MAX_NAME_BYTES, MAX_PATH_SEGMENTS } from '../../src-shared/wire/limits';
import { checkPath } from '../library/safe-path';

/** What goes before a file's content in a channel (PROTOCOL.md section 18). */
export interface FileHeader {
  readonly path: readonly string[];
  /** Modification time, ms since 1970. */
  readonly modified: number;
}

const headerSchema = z.object({
  path: z.array(z.string().max(MAX_NAME_BYTES)).min(1).max(MAX_PATH_SEGMENTS),
  modified: z.number().min(0).max(8.64e15),
});

export function encodeHeader({ path, modified }: FileHeader): Uint8Array {
  return Buffer.from(JSON.stringify({ path, modified }));
}

/** @returns the header, or in one sentence why nothing can be stored under it. */
export function decodeHeader(bytes: Uint8Array): FileHeader | string {
  const { data } = headerSchema.safeParse(jsonOf(bytes));
  if (data === undefined) return 'A file came without a readable name.';
  return checkPath(data.path) ?? data;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
