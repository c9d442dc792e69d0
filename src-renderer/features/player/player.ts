import { create } from 'zustand';
import { mediaPath } from '../../../src-shared/ipc/media-path';
import { useApp } from '../../stores/app-store';
import { AudioPlayer } from './audio-player';
import { keepLevel, keptLevel } from './kept-level';
import { type SystemControls, showInSystem } from './media-session';
import { hasNext, isLoading, type Trouble } from './player-queue';
import type { PlayerTrack } from './player-track';

/** The window's one player: what it shows, and what can be done with it. */
export interface PlayerView {
  readonly tracks: readonly PlayerTrack[];
  readonly track: PlayerTrack;
  readonly playing: boolean;
  /** It is to play and has nothing to play yet. */
  readonly loading: boolean;
  readonly hasNext: boolean;
  /** Length of the current piece in seconds: as decoded, else as its tags say. */
  readonly seconds: number | undefined;
  readonly peaks: Float32Array | undefined;
  /** What was passed over, the last one last. */
  readonly troubles: readonly { readonly track: PlayerTrack; readonly trouble: Trouble }[];
}

interface PlayerState {
  /** null while nothing was asked to be played. */
  readonly view: PlayerView | null;
  /** 0…1. */
  readonly level: number;
  readonly muted: boolean;
}

export const usePlayer = create<PlayerState>(() => ({ view: null, level: keptLevel(), muted: false }));

let player: AudioPlayer | undefined;

// A teacher's window has no player: what plays ends with the role.
useApp.subscribe(({ settings }) => {
  if (player !== undefined && settings?.role !== 'student') closePlayer();
});

/** Plays a set from one of its tracks on; what played before ends. */
export function playSet(tracks: readonly PlayerTrack[], first = 0): void {
  closePlayer();
  const mine = new AudioPlayer(tracks, first, audibleLevel(), () => show(tracks, mine));
  player = mine;
  show(tracks, mine);
}

export function togglePlay(): void {
  if (player?.queue.playing) player.pause();
  else player?.play();
}

export function playNext(): void {
  player?.next();
}

export function playPrevious(): void {
  player?.previous();
}

/** Goes on from so many seconds into the piece. */
export function seekTo(seconds: number): void {
  player?.seek(seconds);
}

/** Forward, or with a negative number back. */
export function seekBy(seconds: number): void {
  player?.seek(playerPosition() + seconds);
}

/** Seconds into the current piece: ask each time you draw. */
export function playerPosition(): number {
  return player?.position ?? 0;
}

export function setLevel(level: number): void {
  usePlayer.setState({ level, muted: false });
  keepLevel(level);
  player?.setLevel(level);
}

export function toggleMuted(): void {
  usePlayer.setState(({ muted }) => ({ muted: !muted }));
  player?.setLevel(audibleLevel());
}

/** Silence, and the player's place is free. */
export function closePlayer(): void {
  player?.close();
  player = undefined;
  usePlayer.setState({ view: null });
  showInSystem(null, systemControls);
}

function audibleLevel(): number {
  const { level, muted } = usePlayer.getState();
  return muted ? 0 : level;
}

function show(tracks: readonly PlayerTrack[], { queue, seconds, peaks }: AudioPlayer): void {
  const track = tracks[queue.current];
  if (track === undefined) return;
  const view: PlayerView = {
    tracks,
    track,
    playing: queue.playing,
    loading: isLoading(queue),
    hasNext: hasNext(queue),
    seconds: seconds ?? track.seconds,
    peaks,
    troubles: [...queue.troubles].flatMap(([index, trouble]) => {
      const passedOver = tracks[index];
      return passedOver === undefined ? [] : { track: passedOver, trouble };
    }),
  };
  usePlayer.setState({ view });
  const url = peaks === undefined ? null : mediaPath(track.transfer, track.file);
  const { playing } = view;
  showInSystem({ ...track, playing, seconds: view.seconds, position: playerPosition(), url }, systemControls);
}

const systemControls: SystemControls = {
  play: () => player?.play(),
  pause: () => player?.pause(),
  next: playNext,
  previous: playPrevious,
  seekTo,
};
