import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { SettingsView } from '../src-shared/ipc/contract';
import { FirstStart } from './features/first-start/first-start';
import { StudentScreen } from './features/receive/student-screen';
import { TeacherScreen } from './features/send/teacher-screen';
import { request } from './ipc-client';
import { attempt, useApp } from './stores/app-store';
import { Button } from './ui/button';
import { Logo } from './ui/logo';
import { strings } from './ui/strings';

export function App() {
  const settings = useApp((state) => state.settings);
  const [changing, setChanging] = useState(false);
  if (settings === null) return null;
  if (settings.role === null || changing) {
    const canCancel = settings.role !== null;
    return <FirstStart settings={settings} canCancel={canCancel} onDone={() => setChanging(false)} />;
  }
  return <RoleScreen settings={settings} onChangeRole={() => setChanging(true)} />;
}

function RoleScreen({ settings, onChangeRole }: { settings: SettingsView; onChangeRole(): void }) {
  const engine = useApp((state) => state.engine);
  const teacher = useApp((state) => state.teacher);
  const student = useApp((state) => state.student);
  if (engine.state === 'failed') return <EngineFailed message={engine.message} onChangeRole={onChangeRole} />;
  if (settings.role === 'teacher' && teacher !== null) {
    return <TeacherScreen snapshot={teacher} name={settings.name} onChangeRole={onChangeRole} />;
  }
  if (settings.role === 'student' && student !== null) {
    return <StudentScreen snapshot={student} settings={settings} onChangeRole={onChangeRole} />;
  }
  return (
    <main className="first-start" aria-busy="true">
      <Logo size={48} />
      <p className="muted">{strings.starting}</p>
    </main>
  );
}

function EngineFailed({ message, onChangeRole }: { message: string; onChangeRole(): void }) {
  return (
    <main className="first-start">
      <div className="engine-failed panel" role="alert">
        <TriangleAlert className="tint-danger" size={28} aria-hidden="true" />
        <h1>{strings.engineFailedTitle}</h1>
        <p className="selectable">{message}</p>
        <div className="dialog-actions">
          <Button onPress={onChangeRole}>{strings.firstStart.change}</Button>
          <Button kind="primary" onPress={() => attempt(request('restart'))}>
            {strings.tryAgain}
          </Button>
        </div>
      </div>
    </main>
  );
}
