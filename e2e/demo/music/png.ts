import { crc32, deflateSync } from 'node:zlib';

/** A small PNG writer (W3C PNG, third edition), and cover art drawn with it. */

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOUR_TYPE_RGB = 2;

type Colour = readonly [red: number, green: number, blue: number];

/** A square picture of 8-bit RGB pixels as a PNG file. */
function encodePng(size: number, colourAt: (x: number, y: number) => Colour): Buffer {
  const rowBytes = 1 + size * 3;
  const rows = Buffer.alloc(size * rowBytes);
  for (let y = 0; y < size; y++) {
    // Byte 0 of a row is its filter type: none.
    for (let x = 0; x < size; x++) rows.set(colourAt(x, y), y * rowBytes + 1 + x * 3);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.writeUInt8(8, 8);
  header.writeUInt8(COLOUR_TYPE_RGB, 9);
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND')]);
}

/** A cover: a record on a coloured sleeve, other colours and grooves for every random sequence. */
export function coverArt(size: number, random: () => number): Buffer {
  const sleeve: Colour = [80 + random() * 120, 60 + random() * 120, 80 + random() * 140];
  const label: Colour = [200 + random() * 55, 120 + random() * 100, 60 + random() * 80];
  const centre = size * (0.42 + random() * 0.16);
  return encodePng(size, (x, y) => {
    const radius = Math.hypot(x - centre, y - size / 2) / size;
    if (radius < 0.02 || radius > 0.42) return scaled(sleeve, 1 - (0.35 * y) / size);
    if (radius < 0.14) return label;
    return scaled([46, 44, 52], 0.7 + 0.3 * Math.sin(radius * 260));
  });
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function scaled([red, green, blue]: Colour, factor: number): Colour {
  return [red * factor, green * factor, blue * factor];
}
