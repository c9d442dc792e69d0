/** A stretch of one file that lies in a stretch of the content. */
export interface Piece {
  /** Index of the file in the manifest. */
  readonly file: number;
  /** Where the piece starts in its file. */
  readonly position: number;
  /** Where the piece starts in the stretch that was asked for. */
  readonly offset: number;
  readonly length: number;
}

/** Where each file lies in the content: all files end to end, in the manifest's order (PROTOCOL.md section 3). */
export class ContentMap {
  readonly contentBytes: number;
  private readonly starts: readonly number[];

  constructor(private readonly sizes: readonly number[]) {
    let end = 0;
    this.starts = sizes.map((size) => {
      const start = end;
      end += size;
      return start;
    });
    this.contentBytes = end;
  }

  /** The parts of files that make up the content bytes [start, end), in order; empty files have none. */
  pieces(start: number, end: number): Piece[] {
    const pieces: Piece[] = [];
    let at = start;
    for (let file = this.fileAt(start); at < end; file++) {
      const fileStart = this.starts[file] ?? this.contentBytes;
      const length = Math.min(end, fileStart + (this.sizes[file] ?? 0)) - at;
      if (file >= this.sizes.length) throw new RangeError('a stretch lies outside the content');
      if (length > 0) pieces.push({ file, position: at - fileStart, offset: at - start, length });
      at += Math.max(0, length);
    }
    return pieces;
  }

  /** The last file that starts at or before `offset`: the one that holds it, as empty files come before. */
  private fileAt(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
