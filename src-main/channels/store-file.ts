import { open } from 'node:fs/promises';
import { StoreError } from './store-error';

/** LMDB's file begins with two pages that say what is valid in it (mdb.c: MDB_meta, after a page header of 24 bytes). */
const META_BYTES = 160;
const MAGIC = 0xbeefc0de;
const AT = { magic: 24, pageSize: 48, lastPage: 144 } as const;
const PAGE_SIZES = { min: 512, max: 65_536 } as const;

/**
 * Looks at a store's file before LMDB maps it: what LMDB reads beyond a file's end kills the process. A file that ends before
 * its last page is made as long as it says it is: where such a page is free that is its right length, and where it is
 * not, LMDB finds zeros in it and says that the file is damaged.
 * @throws StoreError where the file is none of LMDB's.
 */
export async function checkStoreFile(path: string, directory: string): Promise<void> {
  const handle = await open(path, 'r+').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    const { size } = await handle.stat();
    // Made, and nothing written yet: LMDB begins anew in it.
    if (size === 0) return;
    const first = await metaAt(handle, 0);
    const second = first && (await metaAt(handle, first.pageSize));
    if (first === undefined || second === undefined) throw new StoreError('damaged', directory);
    const end = (Math.max(first.lastPage, second.lastPage) + 1) * first.pageSize;
    if (size < end) await handle.truncate(end);
  } finally {
    await handle.close();
  }
}

interface Meta {
  readonly pageSize: number;
  readonly lastPage: number;
}

async function metaAt(handle: Awaited<ReturnType<typeof open>>, position: number): Promise<Meta | undefined> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(META_BYTES), 0, META_BYTES, position);
  if (bytesRead < META_BYTES || buffer.readUInt32LE(AT.magic) !== MAGIC) return undefined;
  const pageSize = buffer.readUInt32LE(AT.pageSize);
  const lastPage = Number(buffer.readBigUInt64LE(AT.lastPage));
  const isSane = pageSize >= PAGE_SIZES.min && pageSize <= PAGE_SIZES.max && lastPage * pageSize < 2 ** 47;
  return isSane ? { pageSize, lastPage } : undefined;
}
