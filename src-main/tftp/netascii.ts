const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;

/** A file's bytes as netascii (RFC 1350 section 1, RFC 764): a line ends with CR LF, a CR by itself is CR NUL. Each part of a file by itself. */
export function encodeNetascii(bytes: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(bytes.length * 2);
  let length = 0;
  for (const byte of bytes) {
    if (byte === LF) encoded[length++] = CR;
    encoded[length++] = byte;
    if (byte === CR) encoded[length++] = NUL;
  }
  return encoded.subarray(0, length);
}

/** Netascii that comes in pieces, as a file's bytes: a CR at the end of one piece waits for the next. */
export class NetasciiDecoder {
  private afterReturn = false;

  decode(bytes: Uint8Array): Uint8Array {
    const decoded = new Uint8Array(bytes.length + 1);
    let length = 0;
    for (const byte of bytes) {
      if (this.afterReturn && byte !== LF) decoded[length++] = CR;
      const isPadding = this.afterReturn && byte === NUL;
      this.afterReturn = byte === CR;
      if (!this.afterReturn && !isPadding) decoded[length++] = byte;
    }
    return decoded.subarray(0, length);
  }

  /** What is left at the end of the file: a CR that nothing followed. */
  end(): Uint8Array {
    return this.afterReturn ? Uint8Array.of(CR) : new Uint8Array();
  }
}
