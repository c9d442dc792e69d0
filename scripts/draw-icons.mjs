// Draws assets/**/*.svg as the pictures that the systems want. It runs inside Electron, whose Chromium is the rasteriser:
//   npm run icons
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, BrowserWindow } from 'electron';

const ASSETS = join(dirname(fileURLToPath(import.meta.url)), '..', 'assets');
const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
const WINDOWS_SIZES = [16, 20, 24, 32, 40, 48, 64, 256];
const WINDOWS_TRAY_SIZES = [16, 20, 24, 32];
/** Above this, the detailed drawing. */
const SMALL = 48;
const RING_STEPS = 16;
const STATES = ['idle', 'searching', 'attention', 'paused', 'failed'];

app.on('window-all-closed', () => {});
await app.whenReady();
const page = new BrowserWindow({ show: false, webPreferences: { sandbox: true } }).webContents;
await page.loadURL('data:text/html,<title>icons</title>');
await drawApp();
await drawTray();
app.exit();

async function drawApp() {
  mkdirSync(join(ASSETS, 'linux'), { recursive: true });
  const pictures = new Map();
  for (const size of new Set([...LINUX_SIZES, ...WINDOWS_SIZES])) {
    pictures.set(size, await raster(source(size <= SMALL ? 'icon-small' : 'icon'), size));
  }
  for (const size of LINUX_SIZES) write(`linux/${size}x${size}.png`, pictures.get(size));
  write('icon.ico', icoOf(new Map(WINDOWS_SIZES.map((size) => [size, pictures.get(size)]))));
  // electron-builder makes the .icns of it.
  write('icon.png', await raster(source('icon'), 1024));
}

async function drawTray() {
  for (const state of STATES) await drawState(`tray-${state}`, source(`tray/${state}`));
  const ring = source('tray/receiving');
  for (let step = 0; step <= RING_STEPS; step++) {
    const drawing = ring.replace(/stroke-dasharray="\d+/, `stroke-dasharray="${step}`);
    await drawState(`tray-receiving-${String(step).padStart(2, '0')}`, drawing);
  }
}

/** A state in colour for panels of any shade, and as the black template that macOS tints itself. */
async function drawState(name, drawing) {
  write(`tray/${name}.png`, await raster(drawing, 32));
  write(`tray/${name}@2x.png`, await raster(drawing, 64));
  write(`tray/${name}Template.png`, await raster(drawing, 16, { template: true }));
  write(`tray/${name}Template@2x.png`, await raster(drawing, 32, { template: true }));
  const sizes = await Promise.all(WINDOWS_TRAY_SIZES.map(async (size) => [size, await raster(drawing, size)]));
  write(`tray/${name}.ico`, icoOf(new Map(sizes)));
}

/** A PNG of a drawing. A template is black, with the glyph cut out of the shape. */
async function raster(drawing, size, { template = false } = {}) {
  const url = await page.executeJavaScript(`(${rasterInPage})(${JSON.stringify({ drawing, size, template })})`);
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

/** Runs in the page. */
async function rasterInPage({ drawing, size, template }) {
  const canvas = Object.assign(document.createElement('canvas'), { width: size, height: size });
  const context = canvas.getContext('2d');
  if (template) {
    await paint(drawing, '.glyph', 'source-over');
    context.globalCompositeOperation = 'source-in';
    context.fillRect(0, 0, size, size);
    await paint(drawing, '.shape', 'destination-out');
  } else await paint(drawing, undefined, 'source-over');
  return canvas.toDataURL('image/png');

  async function paint(svg, without, operation) {
    const tree = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
    if (without !== undefined) for (const part of tree.querySelectorAll(without)) part.remove();
    tree.setAttribute('width', size);
    tree.setAttribute('height', size);
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(tree))}`;
    await image.decode();
    context.globalCompositeOperation = operation;
    context.drawImage(image, 0, 0, size, size);
  }
}

/** Windows' container of one picture in several sizes; since Windows Vista each may be a PNG. */
function icoOf(pictures) {
  const ENTRY = 16;
  const head = Buffer.alloc(6 + ENTRY * pictures.size);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.size, 4);
  let at = head.length;
  [...pictures].forEach(([size, png], index) => {
    const entry = 6 + ENTRY * index;
    // One byte for each side, in which 0 means 256.
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(at, entry + 12);
    at += png.length;
  });
  return Buffer.concat([head, ...pictures.values()]);
}

function source(name) {
  return readFileSync(join(ASSETS, `${name}.svg`), 'utf8');
}

function write(name, content) {
  writeFileSync(join(ASSETS, name), content);
}
