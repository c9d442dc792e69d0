import { useTranslation } from 'react-i18next';
import type { RoomView } from '../../../src-shared/ipc/snapshots';
import { PairingSteps } from './pairing-steps';
import { IfNotFound, LetInSwitch, OpenCode } from './room-code';

/** Before anybody is paired: the code, large, and what a student does with it. */
export function FirstStudents({ room }: { room: RoomView }) {
  const { t } = useTranslation('classroom');
  return (
    <section className="first-students" aria-labelledby="first-students-title">
      <h2 id="first-students-title">{t('firstTitle')}</h2>
      <p className="muted">{t('firstDetail')}</p>
      {room.code === null ? (
        <p className="muted">{t('closed')}</p>
      ) : (
        <>
          <OpenCode name={room.name} code={room.code} />
          <PairingSteps room={room.name} />
        </>
      )}
      <LetInSwitch isOpen={room.code !== null} />
      <IfNotFound room={room} />
    </section>
  );
}
