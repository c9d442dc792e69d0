import { WifiOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TeacherSnapshot } from '../../../src-shared/ipc/snapshots';
import { EmptyState } from '../../ui/empty-state';
import { FirstStudents } from './first-students';
import { Groups } from './groups';
import { RoomCode } from './room-code';
import { Strangers } from './strangers';
import { StudentList } from './student-list';
import './classroom.css';

/** Who belongs to the room, how others come in, and the groups that music is sent to. */
export function ClassroomScreen({ snapshot }: { snapshot: TeacherSnapshot }) {
  const { t } = useTranslation('classroom');
  const { room, students, strangers, groups } = snapshot;
  if (students.length === 0) {
    if (room === null) return <EmptyState icon={WifiOff} title={t('noNetworkTitle')} detail={t('noNetworkDetail')} />;
    return (
      <div className="classroom-first">
        <Strangers strangers={strangers} isOpen={room.code !== null} />
        <FirstStudents room={room} />
      </div>
    );
  }
  return (
    <div className="classroom">
      <div className="classroom-main">
        <Strangers strangers={strangers} isOpen={room !== null && room.code !== null} />
        <StudentList students={students} groups={groups} />
      </div>
      <aside className="classroom-aside">
        {room === null ? null : <RoomCode room={room} />}
        <Groups groups={groups} students={students} />
      </aside>
    </div>
  );
}
