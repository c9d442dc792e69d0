import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import './window-list.css';

interface Props<T> {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** Pixels, until a row has been measured. */
  readonly heightOf: (item: T) => number;
  /** Rows past the edges that are drawn as well, so that scrolling and the Tab key meet no gap. */
  readonly overscan: number;
  readonly className: string;
  /** Id of the heading that says what the list is. */
  readonly labelledBy?: string;
  readonly children: (item: T) => ReactNode;
}

/** A list of any length that scrolls with the page and holds only the rows in sight, each as high as it is. */
export function WindowList<T>({ items, keyOf, heightOf, overscan, className, labelledBy, children }: Props<T>) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    // What stands above the list comes and goes, and the list moves with it.
    const offset = (list.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    if (Math.abs(offset - top) > 1) setTop(offset);
  });
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: (index) => valueAt(items, index, heightOf, 0),
    overscan,
    scrollMargin: top,
    getItemKey: (index) => valueAt<T, string | number>(items, index, keyOf, index),
  });
  return (
    <ul
      ref={list}
      className={`window-list ${className}`}
      aria-labelledby={labelledBy}
      style={{ height: rows.getTotalSize() }}
    >
      {rows.getVirtualItems().map(({ index, key, start }) => {
        const item = items[index];
        return item === undefined ? null : (
          <li
            key={key}
            ref={rows.measureElement}
            data-index={index}
            aria-setsize={items.length}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start - top}px)` }}
          >
            {children(item)}
          </li>
        );
      })}
    </ul>
  );
}

function valueAt<T, V>(items: readonly T[], index: number, of: (item: T) => V, otherwise: V): V {
  const item = items[index];
  return item === undefined ? otherwise : of(item);
}
