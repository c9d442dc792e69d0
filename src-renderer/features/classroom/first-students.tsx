import { useTranslation } from 'react-i18next';
import type { RoomView } from '../../../src-shared/ipc/snapshots';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { PairingSteps } from './pairing-steps';
import { IfNotFound, OpenCode } from './room-code';

/** Before anybody is paired: the code, large, and what a student does with it. */
export function FirstStudents({ room }: { room: RoomView }) {
  const { t } = useTranslation('classroom');
  return (
    <section className="first-students" aria-labelledby="first-students-title">
      <h2 id="first-students-title">{t('firstTitle')}</h2>
      <p className="muted">{t('firstDetail')}</p>
      {room.code === null ? (
        <>
          <p className="muted">{t('closed')}</p>
          <Button kind="primary" onPress={() => attempt(request('letIn', { open: true }))}>
            {t('letIn')}
          </Button>
        </>
      ) : (
        <>
          <OpenCode name={room.name} code={room.code} />
          <PairingSteps room={room.name} />
        </>
      )}
      <IfNotFound room={room} />
    </section>
  );
}
