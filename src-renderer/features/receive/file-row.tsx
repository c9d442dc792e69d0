import { ExternalLink, FileAudio, FileMusic, FileText, FolderOpen, type LucideIcon, Pause, Play } from 'lucide-react';
import { memo } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { FileView, IncomingView } from '../../../src-shared/ipc/snapshots';
import { formatBytes } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { ActionMenu } from '../../ui/action-menu';
import { Cover } from '../../ui/cover';
import { clockTime } from '../player/clock-time';
import { playSet, togglePlay, usePlayer } from '../player/player';
import type { Trouble } from '../player/player-queue';
import { extensionOf, isPlayable, pieceTitle, playerTracks, tagText } from '../player/player-track';
import { timeOf } from './set-row';

const FROM_CHARS = 60;
const KIND_CHARS = 8;

interface Props {
  readonly transfer: IncomingView;
  readonly file: number;
  readonly place: 'alone' | 'inside' | 'last';
}

/** A received file: music plays, anything else opens with the system's program for it. */
export const FileRow = memo(function FileRow({ transfer, file, place }: Props) {
  const view = transfer.files[file];
  return view === undefined ? null : <Row transfer={transfer} file={file} place={place} view={view} />;
});

function Row({ transfer, file, place, view }: Props & { readonly view: FileView }) {
  const { t } = useTranslation('receive');
  const title = pieceTitle(view);
  const trouble = useTrouble(transfer.id, file);
  const plays = isPlayable(view.path) && trouble !== 'unplayable';
  const now = useNow(transfer.id, file);
  return (
    <div className="file-row" data-place={place} data-now={now !== undefined} data-testid="file">
      <AriaButton
        className="file-main"
        aria-label={t(plays ? (now === 'playing' ? 'pausePiece' : 'playPiece') : 'openFile', { title })}
        {...(now === undefined ? {} : { 'aria-current': true })}
        onPress={() => (plays ? playOrToggle(transfer, file, now) : open(transfer.id, file))}
      >
        <Lead transfer={transfer} view={view} plays={plays} now={now} />
        <span className="file-text">
          <span className="file-title one-line">{title}</span>
          <Detail transfer={transfer} view={view} place={place} trouble={trouble} />
        </span>
      </AriaButton>
      <span className="file-length muted number">{view.track?.duration ? clockTime(view.track.duration) : ''}</span>
      <FileMenu transfer={transfer.id} file={file} title={title} />
    </div>
  );
}

function Lead({ transfer, view, plays, now }: Pick<Props, 'transfer'> & { view: FileView; plays: boolean; now: Now }) {
  const Icon = leadIcon(plays, now);
  const { cover } = view.track ?? {};
  return (
    <span className="file-lead">
      {plays ? (
        <Cover image={cover === undefined ? undefined : transfer.covers[cover]} size="small" />
      ) : (
        <Kind view={view} />
      )}
      <span className="file-lead-icon">
        <Icon size={16} aria-hidden="true" />
      </span>
    </span>
  );
}

function leadIcon(plays: boolean, now: Now): LucideIcon {
  if (!plays) return ExternalLink;
  return now === 'playing' ? Pause : Play;
}

const KINDS: Readonly<Record<string, LucideIcon>> = {
  mid: FileMusic,
  midi: FileMusic,
  aif: FileAudio,
  aiff: FileAudio,
  wma: FileAudio,
};

function Kind({ view }: { view: FileView }) {
  const Icon = KINDS[extensionOf(view.path)] ?? FileText;
  return (
    <span className="cover cover-small">
      <Icon aria-hidden="true" />
    </span>
  );
}

interface DetailProps extends Pick<Props, 'transfer' | 'place'> {
  readonly view: FileView;
  readonly trouble: Trouble | undefined;
}

/** Who plays it; for a transfer of one file also whence it came; and what is wrong with it. */
function Detail({ transfer, view, place, trouble }: DetailProps) {
  const { t, i18n } = useTranslation('receive');
  if (trouble !== undefined) return <span className="file-detail file-trouble">{t(trouble)}</span>;
  const artist = tagText(view.track?.artist);
  const kind = tagText(extensionOf(view.path).slice(0, KIND_CHARS))?.toUpperCase();
  const parts = [
    ...(artist === undefined ? [] : [artist]),
    ...(isPlayable(view.path) ? [] : [...(kind === undefined ? [] : [kind]), formatBytes(view.size, i18n)]),
    ...(place === 'alone'
      ? [t('from', { name: plainText(transfer.from, FROM_CHARS) }), timeOf(transfer.at, i18n.language)]
      : []),
  ];
  return parts.length === 0 ? null : <span className="file-detail one-line muted number">{parts.join(' · ')}</span>;
}

function FileMenu({ transfer, file, title }: { transfer: string; file: number; title: string }) {
  const { t } = useTranslation('receive');
  const show = () => attempt(request('show', { transfer, file }));
  return (
    <ActionMenu
      label={t('more', { title })}
      items={[
        { id: 'open', label: t('open'), icon: ExternalLink, onAction: () => open(transfer, file) },
        { id: 'show', label: t('show'), icon: FolderOpen, onAction: show },
      ]}
    />
  );
}

/** The whole set, from this piece on; the piece that plays already pauses and goes on. */
function playOrToggle(transfer: IncomingView, file: number, now: Now): void {
  if (now !== undefined) return togglePlay();
  const tracks = playerTracks(transfer);
  playSet(
    tracks,
    Math.max(
      0,
      tracks.findIndex((track) => track.file === file),
    ),
  );
}

function open(transfer: string, file: number): void {
  attempt(request('open', { transfer, file }));
}

type Now = 'playing' | 'paused' | undefined;

/** What the player does with this piece now. */
function useNow(transfer: string, file: number): Now {
  return usePlayer(({ view }) => {
    if (view?.track.transfer !== transfer || view.track.file !== file) return undefined;
    return view.playing ? 'playing' : 'paused';
  });
}

function useTrouble(transfer: string, file: number): Trouble | undefined {
  return usePlayer(
    ({ view }) => view?.troubles.find(({ track }) => track.transfer === transfer && track.file === file)?.trouble,
  );
}
