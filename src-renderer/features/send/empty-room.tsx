import { FileMusic } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { StudentView, TeacherSnapshot } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { Avatar } from '../../ui/avatar';
import { LetIn } from './let-in';
import { hereCount } from './send-options';
import './empty-room.css';

const modifier = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl';

/** Before the first transfer: how to let students in, where to drop, and who is there. */
export function EmptyRoom({ snapshot }: { snapshot: TeacherSnapshot }) {
  const { room, students } = snapshot;
  return (
    <div className="empty-room" data-nobody={students.length === 0}>
      {students.length === 0 && room !== null ? <LetIn room={room} /> : null}
      <DropHere students={students} />
      <People students={students} />
    </div>
  );
}

function DropHere({ students }: { students: readonly StudentView[] }) {
  const { t } = useTranslation('send');
  const absent = students.length > 0 && hereCount(students) === 0;
  return (
    <section className="drop-here">
      <FileMusic className="tint" size={52} strokeWidth={1.25} aria-hidden="true" />
      <h2>{absent ? t('absentTitle', { count: students.length }) : t('dropTitle')}</h2>
      <p className="muted drop-here-detail">{absent ? t('absentDetail') : t('dropDetail')}</p>
      <p className="muted drop-here-keys">{t('keys', { modifier })}</p>
    </section>
  );
}

/** Those who are here, and below them those who are not. */
const People = memo(function People({ students }: { students: readonly StudentView[] }) {
  const { t } = useTranslation('send');
  const here = students.filter(({ connected }) => connected);
  const away = students.filter(({ connected }) => !connected);
  return (
    <>
      <Persons id="persons-here" title={t('inTheRoom')} students={here} />
      <Persons id="persons-away" title={t('notInTheRoom')} students={away} />
    </>
  );
});

function Persons({ id, title, students }: { id: string; title: string; students: readonly StudentView[] }) {
  if (students.length === 0) return null;
  return (
    <section className="persons" aria-labelledby={id}>
      <header className="area-head">
        <h2 id={id}>{title}</h2>
        <span className="area-count number">{students.length}</span>
      </header>
      <ul>
        {students.map((student) => (
          <Person key={student.id} student={student} />
        ))}
      </ul>
    </section>
  );
}

const Person = memo(function Person({ student: { id, name, connected } }: { student: StudentView }) {
  return (
    <li className="person" data-here={connected} data-testid="person">
      <Avatar id={id} name={name} />
      <span className="one-line">{plainText(name, 80)}</span>
    </li>
  );
});
