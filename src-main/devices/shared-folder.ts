import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { messageOf } from '../../src-shared/text/message-of';
import { plainText } from '../../src-shared/text/plain-text';
import { errorCode } from '../library/library-error';
import { checkPath } from '../library/safe-path';
import { ErrorCode, TftpError } from '../tftp/tftp-error';
import { asNetascii } from './netascii-text';
import { SharedFile } from './shared-file';

/** There is no folder to share; the message says what to do. */
export class SharedFolderError extends Error {
  override readonly name = 'SharedFolderError';
}

/** Of a name that is shown to the teacher. */
const NAME_CHARS = 80;
/** A link at the last step is refused, and a pipe opens at once instead of waiting for its writer. Windows has neither. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * The folder that devices may read (docs/tftp.md, “What a device can reach”): plain files below it, and nothing else on the
 * machine. Nor what is hidden by a dot: whoever shares a home folder does not mean the keys in it.
 */
export class SharedFolder {
  private constructor(
    /** Its true path. */
    readonly path: string,
  ) {}

  /** @throws SharedFolderError */
  static async open(root: string): Promise<SharedFolder> {
    try {
      const path = await realpath(root);
      if ((await stat(path)).isDirectory()) return new SharedFolder(path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT')
        throw new SharedFolderError(`The folder “${root}” cannot be shared: ${messageOf(error)}.`, { cause: error });
      throw new SharedFolderError(`The folder “${root}” is not there: choose another folder.`, { cause: error });
    }
    throw new SharedFolderError(`“${root}” is a file: devices are shown a folder.`);
  }

  /**
   * Opens a file by the name in a request. Boot loaders write a leading slash, which stands for this folder, some of them two where
   * one is meant, and that of Windows backslashes.
   * @throws TftpError
   */
  async openFile(name: string): Promise<SharedFile> {
    const segments = name
      .replace(/[\\/]+/g, '/')
      .replace(/^\//, '')
      .split('/');
    const fault = checkPath(segments);
    if (fault !== undefined) throw new TftpError(ErrorCode.accessViolation, asNetascii(fault));
    try {
      return await this.openBelow(join(this.path, ...segments), name);
    } catch (error) {
      throw asTftpError(error, name);
    }
  }

  /** Links may lead anywhere below the folder, and nowhere else: the file is opened by its true path. */
  private async openBelow(path: string, name: string): Promise<SharedFile> {
    const real = await realpath(path);
    if (!this.holds(real))
      throw new TftpError(ErrorCode.accessViolation, `This leads out of the shared folder: ${shown(name)}`);
    if (relative(this.path, real).split(sep).some(isHidden))
      throw new TftpError(ErrorCode.accessViolation, `This is hidden: ${shown(name)}`);
    const handle = await open(real, OPEN_FLAGS);
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw new TftpError(ErrorCode.accessViolation, `This is not a plain file: ${shown(name)}`);
      await this.assertOpened(handle, real, name);
      return new SharedFile(handle, basename(real), found);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Node has no openat(2): a folder on the way may have been swapped for a link, so the path is asked again what is there. */
  private async assertOpened(handle: FileHandle, real: string, name: string): Promise<void> {
    const [opened, named, again] = await Promise.all([handle.stat(), lstat(real), realpath(real)]);
    if (again === real && opened.ino === named.ino && opened.dev === named.dev) return;
    throw new TftpError(ErrorCode.accessViolation, `This was moved while it was being opened: ${shown(name)}`);
  }

  private holds(real: string): boolean {
    return real.startsWith(this.path.endsWith(sep) ? this.path : this.path + sep);
  }
}

/** What a device is told, and the teacher: without paths of this machine. */
function asTftpError(error: unknown, name: string): TftpError {
  if (error instanceof TftpError) return error;
  const code = errorCode(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new TftpError(ErrorCode.notFound, `There is no such file in the shared folder: ${shown(name)}`);
    case 'EACCES':
    case 'EPERM':
    case 'ELOOP':
      return new TftpError(ErrorCode.accessViolation, `This may not be read: ${shown(name)}`);
    default:
      return new TftpError(ErrorCode.undefined, `This cannot be read (${code ?? 'unknown error'}): ${shown(name)}`);
  }
}

function isHidden(name: string): boolean {
  return name.startsWith('.');
}

function shown(name: string): string {
  return plainText(name, NAME_CHARS);
}
