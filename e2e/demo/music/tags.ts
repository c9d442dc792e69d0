/** What a music file says of itself. */
export interface Tags {
  readonly title: string;
  readonly artist: string;
  readonly album: string;
  readonly track: number;
  readonly year: number;
  /** A PNG file. */
  readonly cover: Buffer;
}
