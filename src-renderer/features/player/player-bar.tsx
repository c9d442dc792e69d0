import { CircleAlert, LoaderCircle, Pause, Play, SkipBack, SkipForward, X } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../ui/button';
import { Cover } from '../../ui/cover';
import { clockTime } from './clock-time';
import { closePlayer, type PlayerView, playNext, playPrevious, seekTo, togglePlay, usePlayer } from './player';
import { usePlayerKeys } from './use-player-keys';
import { usePosition } from './use-position';
import { Volume } from './volume';
import { Waveform } from './waveform';
import './player.css';

/** What plays, at the bottom of the window; nothing until something was asked to be played. */
export function PlayerBar() {
  const view = usePlayer(({ view }) => view);
  return view === null ? null : <Bar view={view} />;
}

function Bar({ view }: { view: PlayerView }) {
  const { t } = useTranslation('receive');
  usePlayerKeys();
  const { title, artist, cover } = view.track;
  return (
    <section className="player" aria-label={t('player.label')} data-testid="player">
      <div className="player-row player-head">
        <Cover image={cover} size="small" />
        <div className="player-title">
          <p className="one-line player-piece">{title}</p>
          {artist === '' ? null : <p className="one-line muted player-artist">{artist}</p>}
        </div>
        <Buttons view={view} />
        <IconButton icon={X} label={t('player.close')} onPress={closePlayer} />
      </div>
      <Place view={view} />
      <Notice view={view} />
    </section>
  );
}

function Buttons({ view }: { view: PlayerView }) {
  const { t } = useTranslation('receive');
  return (
    <div className="player-buttons">
      <IconButton icon={SkipBack} label={t('player.previous')} onPress={playPrevious} />
      <AriaButton
        className="button player-play"
        aria-label={t(view.playing ? 'player.pause' : 'player.play')}
        onPress={togglePlay}
      >
        <PlayIcon view={view} />
      </AriaButton>
      <IconButton icon={SkipForward} label={t('player.next')} onPress={playNext} isDisabled={!view.hasNext} />
    </div>
  );
}

function PlayIcon({ view: { playing, loading } }: { view: PlayerView }) {
  if (loading) return <LoaderCircle className="spinner" size={18} aria-hidden="true" />;
  return playing ? <Pause size={18} aria-hidden="true" /> : <Play size={18} aria-hidden="true" />;
}

function Place({ view: { peaks, seconds, playing } }: { view: PlayerView }) {
  const position = usePosition(playing);
  return (
    <div className="player-row player-place number">
      <span className="player-time" data-testid="position">
        {clockTime(position)}
      </span>
      <Waveform peaks={peaks} seconds={seconds} position={position} onSeek={seekTo} />
      <span className="player-time muted">{seconds === undefined ? '' : clockTime(seconds)}</span>
      <Volume />
    </div>
  );
}

/** The piece that was passed over last, and why. */
function Notice({ view: { troubles } }: { view: PlayerView }) {
  const { t } = useTranslation('receive');
  const last = troubles.at(-1);
  return (
    <p className={last === undefined ? 'hidden-visually' : 'player-notice'} role="status">
      {last === undefined ? null : (
        <>
          <CircleAlert size={16} aria-hidden="true" />
          <span>{t(`player.skipped.${last.trouble}`, { title: last.track.title })}</span>
        </>
      )}
    </p>
  );
}
