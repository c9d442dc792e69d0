import { type RefObject, useLayoutEffect } from 'react';

/** Long enough to follow with the eye, short enough not to wait for. */
const GLIDE_MS = 320;
/** When half a school moves at once nobody can follow, and measuring every card would cost frames. */
const MAX_GLIDES_PER_FRAME = 40;

const leftFrom = new Map<string, DOMRect>();
let frame = 0;

function remember(id: string, place: DOMRect): void {
  leftFrom.set(id, place);
  if (frame !== 0) return;
  // A card that left and did not come back within the same frame has gone for good.
  frame = requestAnimationFrame(() => {
    frame = 0;
    leftFrom.clear();
  });
}

/** A card that leaves one area and appears in the other moves there before the eyes; still under reduced motion. */
export function useGlide(id: string, card: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = card.current;
    if (element === null) return;
    const from = leftFrom.get(id);
    if (from !== undefined) glide(element, from);
    return () => {
      if (leftFrom.size < MAX_GLIDES_PER_FRAME) remember(id, element.getBoundingClientRect());
    };
  }, [id, card]);
}

function glide(element: HTMLElement, from: DOMRect): void {
  if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const to = element.getBoundingClientRect();
  const start = `translate(${from.left - to.left}px, ${from.top - to.top}px)`;
  element.animate(
    [
      { transform: start, zIndex: 1 },
      { transform: 'none', zIndex: 1 },
    ],
    {
      duration: GLIDE_MS,
      easing: 'cubic-bezier(0.2, 0, 0, 1)',
    },
  );
}
