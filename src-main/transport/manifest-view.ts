import type { FileView } from '../../src-shared/ipc/snapshots';
import { inertText } from '../../src-shared/text/plain-text';
import type { Manifest } from '../../src-shared/wire/messages';

/** A manifest as windows and terminals show it: where each file starts, names and tags as inert text. */
export function filesOf(manifest: Manifest): FileView[] {
  let start = 0;
  return manifest.files.map(({ path, size, track }) => {
    const view = { path: inertText(path.join('/')), size, start, ...(track === undefined ? {} : { track }) };
    start += size;
    return view as FileView;
  });
}

/** Cover thumbnails as `data:` URLs. */
export function coversOf(manifest: Manifest): string[] {
  return manifest.covers.map(({ mime, data }) => `data:${mime};base64,${data}`);
}
