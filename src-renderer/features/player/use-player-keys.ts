import { useEffect } from 'react';
import { playNext, playPrevious, seekBy, togglePlay } from './player';

const STEP_SECONDS = 5;

/** What has its own use for the space bar, or for the arrow keys. */
const TAKES_SPACE = 'button, input, textarea, a, [role="menuitem"]';
const TAKES_ARROWS = 'input, textarea, [role="slider"], [role="menu"], [role="radiogroup"]';

/** Space plays and pauses, arrows go through the piece, with Ctrl or Cmd from piece to piece. */
export function usePlayerKeys(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function onKey(event: KeyboardEvent): void {
  const action = actionOf(event);
  if (action === undefined || event.defaultPrevented || event.altKey || event.shiftKey) return;
  event.preventDefault();
  action();
}

function actionOf({ key, ctrlKey, metaKey, target }: KeyboardEvent): (() => void) | undefined {
  const inside = (selector: string) => target instanceof Element && target.closest(selector) !== null;
  const fromPieceToPiece = ctrlKey || metaKey;
  if (key === ' ') return inside(TAKES_SPACE) ? undefined : togglePlay;
  if (inside(TAKES_ARROWS) && !fromPieceToPiece) return undefined;
  if (inside('input, textarea')) return undefined;
  if (key === 'ArrowLeft') return fromPieceToPiece ? playPrevious : () => seekBy(-STEP_SECONDS);
  if (key === 'ArrowRight') return fromPieceToPiece ? playNext : () => seekBy(STEP_SECONDS);
  return undefined;
}
