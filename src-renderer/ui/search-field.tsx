import { Search, X } from 'lucide-react';
import { SearchField as AriaSearchField, Input } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { IconButton } from './button';

interface Props {
  readonly label: string;
  readonly value: string;
  onChange(value: string): void;
}

/** Narrows a list down while one types; Escape empties it. */
export function SearchField({ label, value, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <AriaSearchField className="search" aria-label={label} value={value} onChange={onChange} maxLength={100}>
      <Search size={16} aria-hidden="true" />
      <Input placeholder={label} autoComplete="off" spellCheck="false" />
      <IconButton icon={X} label={t('clearSearch')} />
    </AriaSearchField>
  );
}
