import type { SettingsView } from '../src-shared/ipc/contract';
import { FirstStart } from './features/first-start/first-start';
import { StudentScreen } from './features/receive/student-screen';
import { SettingsScreen } from './features/settings/settings-screen';
import { CrashGuard } from './features/shell/crash-guard';
import { EngineFailed, Starting } from './features/shell/engine-state';
import { goTo, useNavigation } from './features/shell/navigation';
import { SettingsFrame } from './features/shell/settings-frame';
import { TeacherShell } from './features/shell/teacher-shell';
import { useApp } from './stores/app-store';
import { LanguageProvider, languageIn } from './ui/language';

export function App() {
  const settings = useApp((state) => state.settings);
  if (settings === null) return null;
  return (
    <LanguageProvider language={languageIn(settings)}>
      <CrashGuard>
        {settings.role === null ? <FirstStart settings={settings} /> : <RoleScreen settings={settings} />}
      </CrashGuard>
    </LanguageProvider>
  );
}

function RoleScreen({ settings }: { settings: SettingsView }) {
  const { engine, teacher, student, tray } = useApp();
  const inSettings = useNavigation(({ page }) => page === 'settings');
  if (settings.role === 'teacher' && teacher !== null && engine.state !== 'failed') {
    return <TeacherShell snapshot={teacher} settings={settings} />;
  }
  if (inSettings) {
    return (
      <SettingsFrame>
        <SettingsScreen settings={settings} known={student?.known ?? []} />
      </SettingsFrame>
    );
  }
  if (engine.state === 'failed') return <EngineFailed message={engine.message} />;
  if (settings.role !== 'student' || student === null) return <Starting />;
  return <StudentScreen snapshot={student} settings={settings} tray={tray} onSettings={() => goTo('settings')} />;
}
