import { fstatSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ErrorCode, TftpError } from '../tftp/tftp-error';

/** What a file is told by while it is sent. */
interface Identity {
  readonly size: number;
  readonly mtimeMs: number;
}

/** One file of the shared folder, open for one session. */
export class SharedFile {
  constructor(
    private readonly handle: FileHandle,
    private readonly fileName: string,
    private readonly opened: Identity,
  ) {}

  get size(): number {
    return this.opened.size;
  }

  /**
   * The bytes from `position` on, at most `length`, fewer at the end.
   * @throws TftpError where the file is no longer what it was when it was opened.
   */
  async read(position: number, length: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.size - position));
    const { buffer, bytesRead } = await this.handle.read(Buffer.allocUnsafe(wanted), 0, wanted, position);
    // After the reading: what was read before a change is whole. In this thread: it costs less than handing it to another one.
    const { size, mtimeMs } = fstatSync(this.handle.fd);
    if (bytesRead === wanted && size === this.opened.size && mtimeMs === this.opened.mtimeMs) return buffer;
    throw new TftpError(ErrorCode.undefined, `This changed while it was being sent: ${this.fileName}`);
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
