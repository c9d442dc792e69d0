import { basename } from 'node:path';
import { messageOf } from '../../src-shared/text/message-of';

/** The files to send are not as they must be. The message is one sentence for the teacher. */
export class LibraryError extends Error {
  override readonly name: string = 'LibraryError';
}

/** A file is not what it was when the transfer began, so nothing more of it may be encrypted under the transfer's key. */
export class FileChangedError extends LibraryError {
  override readonly name = 'FileChangedError';

  constructor(absolutePath: string, options?: ErrorOptions) {
    const name = basename(absolutePath);
    super(`“${name}” changed while it was being sent: send it again when nothing writes to it any more.`, options);
  }
}

/** This computer cannot store what it receives. The message is one sentence, shown to the student and to the teacher. */
export class StorageError extends Error {
  override readonly name = 'StorageError';

  constructor(
    message: string,
    /** The system's error code, such as ENOSPC, where it gave one. */
    readonly code?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Puts a failed file operation below `directory` into words. A StorageError stays as it is. */
  static from(error: unknown, directory: string): StorageError {
    if (error instanceof StorageError) return error;
    const code = errorCode(error);
    return new StorageError(storageSentence(code, directory, error), code, { cause: error });
  }
}

/** Puts a file that the teacher's computer could not read into words. */
export function unreadable(path: string, error: unknown): LibraryError {
  const code = errorCode(error);
  if (code === 'ENOENT') return new LibraryError(`“${basename(path)}” is no longer there, or never was.`);
  if (code === 'EACCES' || code === 'EPERM') {
    return new LibraryError(`“${basename(path)}” cannot be read: this computer does not allow it.`);
  }
  return new LibraryError(`“${basename(path)}” cannot be read (${code ?? String(error)}).`);
}

/** The system's error code (ENOENT, …) of anything thrown. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function storageSentence(code: string | undefined, directory: string, error: unknown): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk of this computer is full: free some space for “${directory}” and start again.`;
    case 'EROFS':
      return `The folder “${directory}” is on a disk that is read-only: choose another folder.`;
    case 'EACCES':
    case 'EPERM':
      return `This computer does not allow writing to the folder “${directory}”: choose another folder.`;
    case 'EIO':
      return `The disk that holds “${directory}” reports a hardware error: choose a folder on another disk.`;
    case 'ENOENT':
    case 'ENOTDIR':
      return `The folder “${directory}” has been moved or deleted: choose a folder and start again.`;
    case 'ENAMETOOLONG':
      return `A file name is too long for the folder “${directory}”: choose a folder with a shorter path.`;
    case 'EFBIG':
      return `A file is too large for the disk that holds “${directory}”: choose a folder on another disk.`;
    default:
      return `The files cannot be stored in “${directory}”: ${messageOf(error)}.`;
  }
}
