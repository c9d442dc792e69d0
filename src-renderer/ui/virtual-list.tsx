import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import { useRovingFocus } from './roving-focus';
import './virtual-list.css';

interface Props<T> {
  /** What the list is, read aloud. */
  readonly label: string;
  readonly items: readonly T[];
  /** Pixels; every row is this high. */
  readonly rowHeight: number;
  readonly className?: string;
  readonly keyOf: (item: T) => string;
  readonly children: (item: T) => ReactNode;
}

/** Rows past the edges that are drawn as well, so that scrolling meets no gap. */
const OVERSCAN = 6;

/** A list of any length that scrolls by itself and holds only the rows in sight; arrow keys go from row to row. */
export function VirtualList<T>(props: Props<T>) {
  // With another height of the rows it is another list: no old measurement is kept.
  return <Rows key={props.rowHeight} {...props} />;
}

function Rows<T>({ label, items, rowHeight, className = '', keyOf, children }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const { active, ...handlers } = useRovingFocus(scroller, items.length);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    // The row that Tab goes to stays, wherever the list is scrolled to.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), active])].sort((a, b) => a - b),
  });

  return (
    <div ref={scroller} className={`virtual-list ${className}`}>
      <ul aria-label={label} style={{ height: rows.getTotalSize() }} {...handlers}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const item = items[index];
          return item === undefined ? null : (
            <li
              key={keyOf(item)}
              data-index={index}
              tabIndex={index === active ? 0 : -1}
              aria-setsize={items.length}
              aria-posinset={index + 1}
              style={{ height: rowHeight, transform: `translateY(${start}px)` }}
            >
              {children(item)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
