import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolders } from '../library/folders';

/** Written at a time, and read at a time when it is gone on with. */
const PIECE_BYTES = 512 * 1024;
// Not on Windows, where there is no such flag; there the folder's permissions must do.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** A file's content while it arrives: in order, in a part file out of sight, with its digest so far. */
export class IncomingFile {
  private pieces: Uint8Array[] = [];
  private pieceBytes = 0;

  private constructor(
    readonly part: string,
    private readonly handle: FileHandle,
    private readonly hash: Hash,
    private position: number,
  ) {}

  /** Begins a part file, or goes on with the first `bytes` of one. */
  static async open(part: string, bytes: number): Promise<IncomingFile> {
    await makeFolders(dirname(part), 0o700);
    if (bytes === 0) await rm(part, { force: true });
    const handle = await openPart(part);
    const hash = createHash('sha256');
    const kept = await digestInto(hash, handle, bytes);
    await handle.truncate(kept);
    return new IncomingFile(part, handle, hash, kept);
  }

  /** How much of the content is here. */
  get bytes(): number {
    return this.position + this.pieceBytes;
  }

  /** Adds to it; the bytes must not change afterwards. */
  async add(bytes: Uint8Array): Promise<void> {
    this.hash.update(bytes);
    this.pieces.push(bytes);
    this.pieceBytes += bytes.length;
    if (this.pieceBytes >= PIECE_BYTES) await this.write();
  }

  /** Brings everything to the medium. */
  async sync(): Promise<void> {
    await this.write();
    await this.handle.datasync();
  }

  /** Ends it. @returns the digest of everything that was added */
  async finish(): Promise<Buffer> {
    await this.write();
    await this.handle.close();
    return this.hash.digest();
  }

  /** Ends it, and nothing stays of it. */
  async discard(): Promise<void> {
    await this.handle.close();
    await rm(this.part, { force: true });
  }

  /** Ends it for now. */
  async close(): Promise<void> {
    await this.handle.close();
  }

  private async write(): Promise<void> {
    const { pieces, pieceBytes } = this;
    if (pieceBytes === 0) return;
    this.pieces = [];
    this.pieceBytes = 0;
    const all = Buffer.concat(pieces, pieceBytes);
    for (let done = 0; done < all.length; ) {
      const { bytesWritten } = await this.handle.write(all, done, all.length - done, this.position + done);
      done += bytesWritten;
    }
    this.position += all.length;
  }
}

async function openPart(part: string): Promise<FileHandle> {
  const handle = await open(part, constants.O_RDWR | constants.O_CREAT | NO_FOLLOW, 0o600);
  if ((await handle.stat()).nlink <= 1) return handle;
  // Killed after this file had its name and before that was noted: what has the name is the user's.
  await handle.close();
  await copyFile(part, `${part}.copy`);
  await rename(`${part}.copy`, part);
  return open(part, constants.O_RDWR | NO_FOLLOW);
}

/** @returns how many of the wanted bytes there are. */
async function digestInto(hash: Hash, handle: FileHandle, bytes: number): Promise<number> {
  const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, Math.max(1, bytes)));
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, bytes - done), done);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    done += bytesRead;
  }
  return done;
}
