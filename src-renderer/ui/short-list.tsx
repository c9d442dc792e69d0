import { Fragment, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button';

interface Props<T> {
  /** What the list is, read aloud. */
  readonly label: string;
  readonly items: readonly T[];
  /** How many are shown before somebody asks for the others. */
  readonly limit: number;
  readonly className: string;
  readonly keyOf: (item: T) => string;
  /** Its item, as `li`. */
  readonly children: (item: T) => ReactNode;
}

/** A list of which the first few are shown, and all on request. */
export function ShortList<T>({ label, items, limit, className, keyOf, children }: Props<T>) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? items : items.slice(0, limit);
  const hidden = items.length - shown.length;
  return (
    <ul className={className} aria-label={label}>
      {shown.map((item) => (
        <Fragment key={keyOf(item)}>{children(item)}</Fragment>
      ))}
      {hidden === 0 ? null : (
        <li>
          <Button kind="quiet" onPress={() => setOpen(true)}>
            {t('andMore', { count: hidden })}
          </Button>
        </li>
      )}
    </ul>
  );
}
