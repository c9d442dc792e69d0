import { memo, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GroupView, StudentView } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { SearchField } from '../../ui/search-field';
import { WindowList } from '../../ui/window-list';
import { StudentRow } from './student-row';
import { findStudents, groupsByStudent } from './student-selectors';

/** With fewer, the eye is faster than typing. */
const SEARCH_FROM = 9;
const ROW_HEIGHT = 56;

interface Props {
  readonly students: readonly StudentView[];
  readonly groups: readonly GroupView[];
}

/** Everyone who is paired; only the rows in sight are there. */
export const StudentList = memo(function StudentList({ students, groups }: Props) {
  const { t } = useTranslation('classroom');
  const [typed, setTyped] = useState('');
  const [unpairing, setUnpairing] = useState<StudentView | null>(null);
  const found = useMemo(() => findStudents(students, typed), [students, typed]);
  return (
    <section className="students panel" aria-labelledby="students-title">
      <header className="section-head">
        <h2 id="students-title">
          {t('students')} <span className="count number">{students.length}</span>
        </h2>
        {students.length < SEARCH_FROM ? null : <SearchField label={t('search')} value={typed} onChange={setTyped} />}
      </header>
      {found.length === 0 ? <p className="muted">{t('noMatch')}</p> : null}
      <Rows students={found} groups={groups} onUnpair={setUnpairing} />
      <UnpairQuestion student={unpairing} onClose={() => setUnpairing(null)} />
    </section>
  );
});

function Rows({ students, groups, onUnpair }: Props & { onUnpair(student: StudentView): void }) {
  const [editing, setEditing] = useState<string | null>(null);
  const names = useMemo(() => groupsByStudent(groups), [groups]);
  return (
    <WindowList
      items={students}
      keyOf={({ id }) => id}
      heightOf={() => ROW_HEIGHT}
      overscan={12}
      className="student-rows"
    >
      {(student) => (
        <StudentRow
          student={student}
          groups={names.get(student.id)}
          isEditing={student.id === editing}
          onEdit={(isEditing) => setEditing(isEditing ? student.id : null)}
          onUnpair={() => onUnpair(student)}
        />
      )}
    </WindowList>
  );
}

function UnpairQuestion({ student, onClose }: { student: StudentView | null; onClose(): void }) {
  const { t } = useTranslation('classroom');
  if (student === null) return null;
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      danger
      title={t('unpairQuestion', { name: plainText(student.name, 60) })}
      detail={t('unpairDetail')}
      confirm={t('unpairConfirm')}
      onConfirm={() => attempt(request('unpair', { student: student.id }))}
    />
  );
}
