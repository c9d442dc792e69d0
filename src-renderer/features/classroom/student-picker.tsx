import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StudentView } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { Avatar } from '../../ui/avatar';
import { Checkbox } from '../../ui/checkbox';
import { SearchField } from '../../ui/search-field';
import { findStudents } from './student-selectors';

interface Props {
  readonly students: readonly StudentView[];
  readonly picked: ReadonlySet<string>;
  onChange(picked: ReadonlySet<string>): void;
}

/** Check boxes for students, with a search and one box for all that it finds. */
export function StudentPicker({ students, picked, onChange }: Props) {
  const { t } = useTranslation('classroom');
  const [typed, setTyped] = useState('');
  const found = useMemo(() => findStudents(students, typed), [students, typed]);
  const count = students.filter(({ id }) => picked.has(id)).length;
  const pickedHere = found.filter(({ id }) => picked.has(id)).length;
  const pick = (ids: readonly string[], on: boolean) => {
    const next = new Set(picked);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    onChange(next);
  };
  if (students.length === 0) return <p className="muted">{t('pairFirst')}</p>;
  return (
    <fieldset className="student-picker">
      <legend className="hidden-visually">{t('students')}</legend>
      <SearchField label={t('search')} value={typed} onChange={setTyped} />
      <div className="student-picker-head">
        <Checkbox
          checked={found.length > 0 && pickedHere === found.length}
          indeterminate={pickedHere > 0 && pickedHere < found.length}
          isDisabled={found.length === 0}
          onChange={(on) =>
            pick(
              found.map(({ id }) => id),
              on,
            )
          }
        >
          <span>{t('everyone')}</span>
        </Checkbox>
        <p className="muted number" role="status">
          {t('picked', { count })}
        </p>
      </div>
      {found.length === 0 ? <p className="muted">{t('noMatch')}</p> : null}
      <PickerRows students={found} picked={picked} onPick={(id, on) => pick([id], on)} />
    </fieldset>
  );
}

interface RowsProps {
  readonly students: readonly StudentView[];
  readonly picked: ReadonlySet<string>;
  onPick(id: string, on: boolean): void;
}

function PickerRows({ students, picked, onPick }: RowsProps) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: students.length,
    getScrollElement: () => box.current,
    estimateSize: () => 40,
    overscan: 8,
  });
  return (
    <div ref={box} className="student-picker-box">
      <ul style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start, size }) => {
          const student = students[index];
          return student === undefined ? null : (
            <li
              key={student.id}
              aria-setsize={students.length}
              aria-posinset={index + 1}
              style={{ height: size, transform: `translateY(${start}px)` }}
            >
              <Checkbox checked={picked.has(student.id)} onChange={(on) => onPick(student.id, on)}>
                <Avatar id={student.id} name={student.name} />
                <span className="one-line">{plainText(student.name, 80)}</span>
              </Checkbox>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
