import { memo } from 'react';
import type { FileView, TrackView, TransferView } from '../../../src-shared/ipc/snapshots';
import { formatBytes } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { nameOf } from '../../stores/transfer-selectors';
import { Cover } from '../../ui/cover';
import { strings } from '../../ui/strings';
import { clockTime, sampleRateInWords } from './track-facts';

/** More rows than this help nobody; the count says how many there are. */
const MAX_ROWS = 200;

/** The transfer's files with their cover, title, artist, duration, sample rate and size. */
export const FileList = memo(function FileList({ files, covers }: Pick<TransferView, 'files' | 'covers'>) {
  return (
    <section className="files panel" aria-labelledby="files-title">
      <header className="area-head">
        <h2 id="files-title">{strings.send.files}</h2>
        <span className="area-count number">{files.length}</span>
      </header>
      <ul className="file-rows">
        {files.slice(0, MAX_ROWS).map((file) => (
          <FileRow key={file.path} file={file} cover={coverOf(file, covers)} />
        ))}
      </ul>
      {files.length > MAX_ROWS ? <p className="muted">{strings.send.andMore(files.length - MAX_ROWS)}</p> : null}
    </section>
  );
});

function FileRow({ file, cover }: { file: FileView; cover: string | undefined }) {
  const { track, path, size } = file;
  return (
    <li className="file-row" title={plainText(path, 300)}>
      <Cover image={cover} size="small" />
      <span className="file-title one-line">{plainText(track?.title ?? nameOf(path), 120)}</span>
      <span className="file-size number muted">{formatBytes(size)}</span>
      <span className="file-detail one-line muted">{detailOf(track, path)}</span>
      <span className="file-time number muted">{track?.duration === undefined ? '' : clockTime(track.duration)}</span>
    </li>
  );
}

function detailOf(track: TrackView | undefined, path: string): string {
  const facts = [track?.artist, track?.format, track?.sampleRate && sampleRateInWords(track.sampleRate)];
  const known = facts.filter((fact) => typeof fact === 'string').map((fact) => plainText(fact, 80));
  return known.length > 0 ? known.join(' · ') : plainText(path, 200);
}

function coverOf(file: FileView, covers: readonly string[]): string | undefined {
  return file.track?.cover === undefined ? undefined : covers[file.track.cover];
}
