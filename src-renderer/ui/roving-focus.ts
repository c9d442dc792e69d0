import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { nextIndex } from './next-index';

export interface RovingFocus {
  /** The item that Tab goes to. */
  readonly active: number;
  /** For the element around the items; each item carries its place as `data-index`. */
  onKeyDown(event: KeyboardEvent): void;
  onFocus(event: FocusEvent): void;
}

/** A list as one stop of the Tab key: arrow keys, Page Up and Down, Home and End go on from item to item. */
export function useRovingFocus(list: RefObject<HTMLElement | null>, count: number): RovingFocus {
  const [place, setPlace] = useState(0);
  const moved = useRef(false);
  const active = Math.max(0, Math.min(place, count - 1));

  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    itemsOf(list.current)
      .find((item) => indexOf(item) === active)
      ?.focus();
  });

  return {
    active,
    onKeyDown: (event) => {
      if (indexOf(event.target) === undefined) return;
      const next = nextIndex(event.key, active, count, columnsOf(list.current));
      if (next === undefined) return;
      event.preventDefault();
      moved.current = true;
      setPlace(next);
    },
    onFocus: (event) => {
      const index = indexOf(event.target);
      if (index !== undefined) setPlace(index);
    },
  };
}

function itemsOf(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>('[data-index]') ?? [])];
}

function indexOf(target: EventTarget): number | undefined {
  const index = target instanceof HTMLElement ? target.dataset.index : undefined;
  return index === undefined ? undefined : Number(index);
}

/** How many items stand side by side in the first line. */
function columnsOf(list: HTMLElement | null): number {
  const [first, ...rest] = itemsOf(list).map((item) => item.getBoundingClientRect().top);
  const below = rest.findIndex((top) => top !== first);
  return below < 0 ? rest.length + 1 : below + 1;
}
