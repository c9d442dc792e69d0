import { ChevronDown, ChevronRight, FolderOpen, Pause, Play } from 'lucide-react';
import { memo } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { IncomingView } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { ActionMenu } from '../../ui/action-menu';
import { Cover } from '../../ui/cover';
import { localeOf } from '../../ui/region';
import { playSet, togglePlay, usePlayer } from '../player/player';
import { playerTracks } from '../player/player-track';
import { dayOf, minutesOf, setTitle } from './received-rows';
import { SetName } from './set-name';

const FROM_CHARS = 60;
const DAY_MS = 86_400_000;

/** "Today", "Yesterday", "Friday, 20 November", with the year where it is another one. */
export function DayRow({ at }: { at: number }) {
  const { t, i18n } = useTranslation('receive');
  const now = Date.now();
  if (dayOf(at) === dayOf(now)) return <DayName name={t('today')} />;
  if (dayOf(at) === dayOf(now - DAY_MS)) return <DayName name={t('yesterday')} />;
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' as const };
  const format = new Intl.DateTimeFormat(localeOf(i18n.language), {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...year,
  });
  return <DayName name={format.format(at)} />;
}

function DayName({ name }: { name: string }) {
  return <h3 className="day-row muted">{name}</h3>;
}

interface Props {
  readonly transfer: IncomingView;
  readonly open: boolean;
  onToggle(id: string, open: boolean): void;
}

/** A received set: what it is, and everything of it at once. */
export const SetRow = memo(function SetRow({ transfer, open, onToggle }: Props) {
  const { t } = useTranslation('receive');
  const title = setTitle(transfer);
  const tracks = playerTracks(transfer);
  const playing = usePlayer(({ view }) => view?.playing === true && view.track.transfer === transfer.id);
  const PlayIcon = playing ? Pause : Play;
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <div className="set-row" data-open={open} data-testid="set">
      <AriaButton className="set-head" aria-expanded={open} onPress={() => onToggle(transfer.id, !open)}>
        <Cover image={transfer.covers[0]} size="large" />
        <span className="set-text">
          <span className="set-title one-line">
            <SetName transfer={transfer} />
          </span>
          <span className="set-meta one-line muted">{t('from', { name: plainText(transfer.from, FROM_CHARS) })}</span>
          <span className="set-meta one-line muted number">{useMeta(transfer)}</span>
        </span>
        <Chevron className="set-chevron" size={18} aria-hidden="true" />
      </AriaButton>
      <div className="set-actions">
        {tracks.length === 0 ? null : (
          <AriaButton
            className="button button-plain"
            aria-label={t(playing ? 'pauseSetOf' : 'playSetOf', { title })}
            onPress={() => (playing ? togglePlay() : playSet(tracks))}
          >
            <PlayIcon size={16} aria-hidden="true" />
            <span>{t(playing ? 'pauseSet' : 'playSet')}</span>
          </AriaButton>
        )}
        <ActionMenu
          label={t('more', { title })}
          items={[
            {
              id: 'show',
              label: t('show'),
              icon: FolderOpen,
              onAction: () => attempt(request('show', { transfer: transfer.id })),
            },
          ]}
        />
      </div>
    </div>
  );
});

/** "14:05 · 12 pieces · 31 min". */
function useMeta(transfer: IncomingView): string {
  const { t, i18n } = useTranslation('receive');
  const count = playerTracks(transfer).length;
  const minutes = minutesOf(transfer);
  const all = transfer.files.length;
  return [
    timeOf(transfer.at, i18n.language),
    count === all ? t('pieces', { count }) : t('files', { count: all }),
    ...(minutes > 0 ? [t('minutes', { count: minutes })] : []),
  ].join(' · ');
}

/** "14:05". */
export function timeOf(at: number, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { hour: 'numeric', minute: '2-digit' }).format(at);
}
