import { statfs } from 'node:fs/promises';
import { messageOf } from '../../src-shared/text/message-of';

/** What keeps a packet store from working. */
export type StoreProblem = 'full' | 'readOnly' | 'inUse' | 'damaged' | 'failed';

/** Packets cannot be stored or read. The message is one sentence: what happened and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly problem: StoreProblem,
    directory: string,
    options?: ErrorOptions,
  ) {
    super(sentence(problem, directory, options?.cause), options);
  }
}

/** LMDB's own codes (lmdb.h) are negative, the system's positive. */
const MDB_CORRUPTED = -30796;
const MDB_PANIC = -30795;
const MDB_VERSION_MISMATCH = -30794;
const MDB_INVALID = -30793;
const MDB_MAP_FULL = -30792;
const EIO = 5;
const PROBLEMS: ReadonlyMap<number | string, StoreProblem> = new Map<number | string, StoreProblem>([
  [MDB_CORRUPTED, 'damaged'],
  [MDB_PANIC, 'damaged'],
  [MDB_VERSION_MISMATCH, 'damaged'],
  [MDB_INVALID, 'damaged'],
  [MDB_MAP_FULL, 'full'],
  [28, 'full'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  [30, 'readOnly'],
  ['EROFS', 'readOnly'],
  [13, 'readOnly'],
  [1, 'readOnly'],
  ['EACCES', 'readOnly'],
  ['EPERM', 'readOnly'],
]);
/** A disk with less than this free is what made a write fail that says no more than that it failed. */
const NEARLY_FULL_BYTES = 1 << 20;

/** Puts a failed operation on the store in `directory` into words. A StoreError stays as it is. */
export async function storeErrorOf(error: unknown, directory: string): Promise<StoreError> {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  const known = code === undefined ? undefined : PROBLEMS.get(code);
  // A write that was cut short by a full disk is an input/output error to LMDB.
  const problem = known ?? (code === EIO && (await isFull(directory)) ? 'full' : 'failed');
  return new StoreError(problem, directory, { cause: error });
}

function codeOf(error: unknown): number | string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'number' || typeof error.code === 'string' ? error.code : undefined;
}

async function isFull(directory: string): Promise<boolean> {
  const found = await statfs(directory).catch(() => undefined);
  return found !== undefined && found.bavail * found.bsize < NEARLY_FULL_BYTES;
}

function sentence(problem: StoreProblem, directory: string, cause: unknown): string {
  switch (problem) {
    case 'full':
      return `The disk is full: free some space for the packets in “${directory}”, or let fewer be kept.`;
    case 'readOnly':
      return `This computer does not allow writing to “${directory}”, where packets are kept: choose another folder.`;
    case 'inUse':
      return `Another program keeps its packets in “${directory}”: end it, or choose another folder.`;
    case 'damaged':
      return `The packets in “${directory}” are damaged: move that folder away and start again.`;
    case 'failed':
      return `The packets in “${directory}” cannot be stored or read: ${messageOf(cause)}.`;
  }
}
