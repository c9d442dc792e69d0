import { type RefObject, useLayoutEffect, useState } from 'react';

/** True while the element is narrower than so many pixels. */
export function useNarrow(element: RefObject<HTMLElement | null>, below: number): boolean {
  const [narrow, setNarrow] = useState(false);
  useLayoutEffect(() => {
    if (element.current === null) return;
    const sizes = new ResizeObserver(([entry]) => setNarrow((entry?.contentRect.width ?? below) < below));
    sizes.observe(element.current);
    return () => sizes.disconnect();
  }, [element, below]);
  return narrow;
}
