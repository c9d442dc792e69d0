import { useEffect, useState } from 'react';
import { playerPosition, usePlayer } from './player';

/** Often enough for the eye: a piece of a minute moves a pixel or two in that time. */
const EVERY_MS = 100;

/** Seconds into the current piece, kept up to date while it plays and after every change. */
export function usePosition(playing: boolean): number {
  const view = usePlayer(({ view }) => view);
  const [, draw] = useState(0);
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => draw((count) => count + 1), EVERY_MS);
    return () => clearInterval(timer);
  }, [playing]);
  return view === null ? 0 : playerPosition();
}
