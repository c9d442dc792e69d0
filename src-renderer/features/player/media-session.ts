/** What the system may show of the player, in its own panel or on the lock screen. */
export interface NowPlaying {
  readonly title: string;
  readonly artist: string;
  readonly cover: string | undefined;
  readonly playing: boolean;
  readonly seconds: number | undefined;
  readonly position: number;
  /** Where the piece is, if Web Audio plays it. */
  readonly url: string | null;
}

/** What the system's media keys do. */
export interface SystemControls {
  play(): void;
  pause(): void;
  next(): void;
  previous(): void;
  seekTo(seconds: number): void;
}

/** Tells the system what plays, and takes its media keys as long as there is anything to play. */
export function showInSystem(now: NowPlaying | null, controls: SystemControls): void {
  const { mediaSession } = navigator;
  mediaSession.metadata = now === null ? null : metadataOf(now);
  mediaSession.playbackState = now === null ? 'none' : now.playing ? 'playing' : 'paused';
  mediaSession.setPositionState(now === null ? {} : positionOf(now));
  const handlers: readonly [MediaSessionAction, MediaSessionActionHandler][] = [
    ['play', controls.play],
    ['pause', controls.pause],
    ['nexttrack', controls.next],
    ['previoustrack', controls.previous],
    ['seekto', ({ seekTime }) => seekTime !== undefined && controls.seekTo(seekTime)],
  ];
  for (const [action, handler] of handlers) mediaSession.setActionHandler(action, now === null ? null : handler);
  followSilently(now);
}

/** Web Audio alone is no media to the system and gets no media keys: an element with the same piece, unheard, does. */
const silent = Object.assign(new Audio(), { volume: 0, loop: true });

function followSilently(now: NowPlaying | null): void {
  const url = now?.url ?? null;
  if (url === null || now?.playing !== true) silent.pause();
  if (url === null) silent.removeAttribute('src');
  else if (silent.getAttribute('src') !== url) silent.src = url;
  // A start that a later one overtakes is refused: nothing is lost with it.
  if (url !== null && now?.playing === true && silent.paused) silent.play().catch(() => undefined);
}

function metadataOf({ title, artist, cover }: NowPlaying): MediaMetadata {
  return new MediaMetadata({ title, artist, artwork: cover?.startsWith('data:image/') ? [{ src: cover }] : [] });
}

function positionOf({ seconds, position }: NowPlaying): MediaPositionState {
  return seconds === undefined ? {} : { duration: seconds, position: Math.min(position, seconds) };
}
