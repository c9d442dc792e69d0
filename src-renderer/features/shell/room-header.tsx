import { Maximize2, WifiOff } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { TeacherSnapshot } from '../../../src-shared/ipc/snapshots';
import { groupedCode } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { CodeStage } from '../classroom/code-stage';

/** The room's name, who is here, and the code that lets others in. */
export function RoomHeader({ snapshot, name }: { snapshot: TeacherSnapshot; name: string }) {
  const { t } = useTranslation('shell');
  const { room, students } = snapshot;
  return (
    <header className="room-header">
      <div className="room-header-title">
        <h1 className="one-line">{plainText(room?.name ?? name, 80)}</h1>
        {room === null ? (
          <p className="room-header-offline">
            <WifiOff size={16} aria-hidden="true" />
            {t('noNetwork')}
          </p>
        ) : (
          <p className="muted number one-line">{whoIsHere(students)}</p>
        )}
      </div>
      {room === null || room.code === null ? null : <CodeButton name={room.name} code={room.code} />}
    </header>
  );

  function whoIsHere(all: TeacherSnapshot['students']): string {
    if (all.length === 0) return t('nobodyPaired');
    return t('here', { here: all.filter(({ connected }) => connected).length, all: all.length });
  }
}

function CodeButton({ name, code }: { name: string; code: string }) {
  const { t } = useTranslation('shell');
  const [isOpen, setOpen] = useState(false);
  const grouped = groupedCode(code);
  return (
    <>
      <AriaButton className="code-button" aria-label={t('showCode', { code: grouped })} onPress={() => setOpen(true)}>
        <span className="muted">{t('code')}</span>
        <span className="code-digits number">{grouped}</span>
        <Maximize2 size={14} aria-hidden="true" />
      </AriaButton>
      <CodeStage name={name} code={code} isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}
