import { type RefObject, useLayoutEffect } from 'react';

/** Long enough to follow with the eye, short enough not to wait for. */
const GLIDE_MS = 320;
/** When half a school moves at once nobody can follow, and measuring every card would cost frames. */
const MAX_GLIDES_PER_FRAME = 40;

interface Departure {
  readonly place: DOMRect;
  readonly focused: boolean;
}

const left = new Map<string, Departure>();
let frame = 0;

function remember(id: string, element: HTMLElement): void {
  left.set(id, { place: element.getBoundingClientRect(), focused: document.activeElement === element });
  if (frame !== 0) return;
  // A card that left and did not come back within the same frame has gone for good.
  frame = requestAnimationFrame(() => {
    frame = 0;
    left.clear();
  });
}

/**
 * A card that leaves one area and appears in the other moves there before the eyes, and takes the keyboard's focus along;
 * under reduced motion it is simply there.
 */
export function useGlide(id: string, card: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = card.current;
    if (element === null) return;
    const from = left.get(id);
    if (from !== undefined) arrive(element, from);
    return () => {
      if (left.size < MAX_GLIDES_PER_FRAME) remember(id, element);
    };
  }, [id, card]);
}

function arrive(element: HTMLElement, from: Departure): void {
  if (from.focused) element.focus({ preventScroll: true });
  if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const to = element.getBoundingClientRect();
  const start = `translate(${from.place.left - to.left}px, ${from.place.top - to.top}px)`;
  element.animate(
    [
      { transform: start, zIndex: 1 },
      { transform: 'none', zIndex: 1 },
    ],
    { duration: GLIDE_MS, easing: 'cubic-bezier(0.2, 0, 0, 1)' },
  );
}
