import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { FileView, TrackView, TransferView } from '../../../src-shared/ipc/snapshots';
import { formatBytes } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { nameOf } from '../../stores/transfer-selectors';
import { Cover } from '../../ui/cover';
import { VirtualList } from '../../ui/virtual-list';
import { clockTime } from '../player/clock-time';
import { sampleRateInWords } from './track-facts';
import './lists.css';

const ROW_HEIGHT = 50;

/** The transfer's files with their cover, title, artist, duration, sample rate and size. */
export const FileList = memo(
  function FileList({ files, covers }: Pick<TransferView, 'files' | 'covers'>) {
    const { t } = useTranslation('send');
    return (
      <section className="files panel" aria-labelledby="files-title">
        <header className="area-head">
          <h2 id="files-title">{t('files')}</h2>
          <span className="area-count number">{files.length}</span>
        </header>
        <VirtualList label={t('files')} items={files} rowHeight={ROW_HEIGHT} keyOf={({ path }) => path}>
          {(file) => <FileRow file={file} cover={coverOf(file, covers)} />}
        </VirtualList>
      </section>
    );
  },
  (before, after) => before.files === after.files && before.covers === after.covers,
);

const FileRow = memo(function FileRow({ file, cover }: { file: FileView; cover: string | undefined }) {
  const { i18n } = useTranslation();
  const { track, path, size } = file;
  return (
    <div className="sent-file" title={plainText(path, 300)} data-testid="file">
      <Cover image={cover} size="small" />
      <span className="sent-file-title one-line">{plainText(track?.title ?? nameOf(path), 120)}</span>
      <span className="sent-file-size number muted">{formatBytes(size, i18n)}</span>
      <span className="sent-file-detail one-line muted">{detailOf(track, path, i18n.language)}</span>
      <span className="sent-file-time number muted">
        {track?.duration === undefined ? '' : clockTime(track.duration)}
      </span>
    </div>
  );
});

function detailOf(track: TrackView | undefined, path: string, language: string): string {
  const facts = [track?.artist, track?.format, track?.sampleRate && sampleRateInWords(track.sampleRate, language)];
  const known = facts.filter((fact) => typeof fact === 'string').map((fact) => plainText(fact, 80));
  return known.length > 0 ? known.join(' · ') : plainText(path, 200);
}

function coverOf(file: FileView, covers: readonly string[]): string | undefined {
  return file.track?.cover === undefined ? undefined : covers[file.track.cover];
}
