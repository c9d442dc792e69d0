import { type FileHandle, lstat, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { plainText } from '../../src-shared/text/plain-text';
import { Destination, type Folder } from '../library/destination';
import { FileNaming } from '../library/file-naming';
import { checkFreeSpace } from '../library/free-space';
import { errorCode, StorageError } from '../library/library-error';
import { checkPath, localName } from '../library/safe-path';
import { ErrorCode, TftpError } from '../tftp/tftp-error';
import { asNetascii } from './netascii-text';

/** What a device may write at most: a recording or a configuration, not a disk image. */
export const MAX_WRITTEN_BYTES = 1_000_000_000;
/** Of a name that is shown to the teacher. */
const NAME_CHARS = 80;

/** The folder that devices may write to, where the teacher has named one: new files only, none of them in a folder of its own. */
export class WriteFolder {
  private constructor(
    private readonly path: string,
    private readonly destination: Destination,
  ) {}

  /** @throws StorageError, and the system's error */
  static async open(path: string): Promise<WriteFolder> {
    return new WriteFolder(path, await Destination.open(path));
  }

  /**
   * Begins a file by the name in a request; it is hidden until it is finished. Who writes one after the other, for ever, ends
   * when the disk has no room for one of the largest.
   * @throws TftpError
   */
  async create(name: string): Promise<WrittenFile> {
    const segments = name.replace(/^\/+/, '').split('/');
    const fault = segments.length > 1 ? 'Files are written without folders' : checkPath(segments);
    if (fault !== undefined) throw new TftpError(ErrorCode.accessViolation, asNetascii(fault));
    try {
      await checkFreeSpace(this.path, MAX_WRITTEN_BYTES);
      const folder = await this.destination.folder([]);
      const path = join(folder.path, localName(segments[0] ?? '', process.platform));
      if (await isTaken(path)) throw taken(name);
      return await WrittenFile.create(this.destination, folder, path, name);
    } catch (error) {
      throw asTftpError(error);
    }
  }
}

/** A file that a device is writing. */
export class WrittenFile {
  private constructor(
    private readonly destination: Destination,
    private readonly folder: Folder,
    private readonly path: string,
    private readonly requested: string,
    private readonly part: string,
    private readonly handle: FileHandle,
  ) {}

  static create(destination: Destination, folder: Folder, path: string, requested: string): Promise<WrittenFile> {
    return destination.makeHidden(
      async (part) => new WrittenFile(destination, folder, path, requested, part, await open(part, 'wx')),
    );
  }

  /** @throws TftpError */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      await this.handle.appendFile(bytes);
    } catch (error) {
      throw asTftpError(error);
    }
  }

  /** Brings it to the medium, and gives it its name unless another file has come by that. @throws TftpError */
  async finish(): Promise<void> {
    try {
      await this.handle.sync();
      if (!(await new FileNaming(this.destination).put(this.part, this.folder, this.path))) throw taken(this.requested);
      await this.clearUp();
    } catch (error) {
      throw asTftpError(error);
    }
  }

  /** Lets go of it; what is not finished is gone. */
  async close(): Promise<void> {
    await this.handle.close();
    await this.clearUp();
  }

  /** Takes the hidden name away, and brings the other one to the medium. */
  private async clearUp(): Promise<void> {
    await rm(this.part, { force: true });
    await this.destination.finish();
  }
}

async function isTaken(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function taken(name: string): TftpError {
  return new TftpError(ErrorCode.exists, `This is there already: ${plainText(name, NAME_CHARS)}`);
}

/** What a device is told: without paths of this machine. */
function asTftpError(error: unknown): TftpError {
  if (error instanceof TftpError) return error;
  const code = error instanceof StorageError ? error.code : errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new TftpError(ErrorCode.diskFull, 'The disk is too full');
  return new TftpError(ErrorCode.accessViolation, `The file cannot be stored (${code ?? 'unknown error'})`);
}
