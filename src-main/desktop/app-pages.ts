import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { Session } from 'electron';
import { type FilePlace, isMediaPath, serveMedia } from './media';

/**
 * The window's own origin. `.invalid` never resolves (RFC 2606), and an https origin has all of the browser's
 * same-origin rules, which file: pages do not.
 */
const ORIGIN = 'https://tutti.invalid';
export const APP_URL = `${ORIGIN}/index.html`;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Where index.html has the nonce with which the page's own style elements (react-aria's) are let through. */
const NONCE_PLACE = '%NONCE%';

/** Nothing but the program's own files and received audio; cover thumbnails are data: images. */
function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "font-src 'self'",
    "img-src 'self' data:",
    `media-src ${ORIGIN}/media/`,
    `connect-src ${ORIGIN}/media/`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * Serves the built window from `root` under APP_URL, and the received audio beside it, and lets the session load
 * nothing else: every https request is answered here, so no page can reach the network.
 */
export function serveApp(session: Session, root: string, placeOf: FilePlace): void {
  session.protocol.handle('https', (request) => respond(root, request, placeOf));
  session.webRequest.onBeforeRequest((details, callback) => {
    callback({ cancel: !isAppUrl(details.url) && !/^(data|devtools):/.test(details.url) });
  });
}

/** True for a page of our own. */
export function isAppUrl(url: string): boolean {
  return URL.canParse(url) && new URL(url).origin === ORIGIN;
}

async function respond(root: string, request: Request, placeOf: FilePlace): Promise<Response> {
  const url = new URL(request.url);
  if (!isAppUrl(url.href)) return notFound();
  return isMediaPath(url.pathname) ? serveMedia(request, placeOf) : servePage(root, url);
}

async function servePage(root: string, url: URL): Promise<Response> {
  try {
    const path = normalize(join(root, decodeURIComponent(url.pathname)));
    const type = CONTENT_TYPES[extname(path)];
    if (!path.startsWith(root + sep) || type === undefined) return notFound();
    const nonce = randomBytes(16).toString('base64');
    const content = await readFile(path);
    const body = type.startsWith('text/html') ? content.toString().replace(NONCE_PLACE, nonce) : content;
    return new Response(body, { headers: { 'content-type': type, 'content-security-policy': policyOf(nonce) } });
  } catch {
    return notFound();
  }
}

function notFound(): Response {
  return new Response(null, { status: 404 });
}
