import { KeyRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { RoomView } from '../../../src-shared/ipc/snapshots';
import { groupedCode } from '../../../src-shared/text/format';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { PairingSteps } from '../classroom/pairing-steps';
import { IfNotFound } from '../classroom/room-code';

/** Nobody is paired yet: the room's code, to be read across the room, and what students do with it. */
export function LetIn({ room }: { room: RoomView }) {
  return room.code === null ? <Closed /> : <Code room={room} code={room.code} />;
}

function Code({ room, code }: { room: RoomView; code: string }) {
  const { t } = useTranslation('send');
  return (
    <section className="let-in panel" aria-labelledby="let-in-title" data-testid="let-in">
      <div className="let-in-text">
        <h2 id="let-in-title">{t('nobodyTitle')}</h2>
        <p className="muted">{t('nobodyDetail')}</p>
        <PairingSteps room={room.name} />
        <IfNotFound room={room} />
      </div>
      <div className="let-in-code">
        <p className="muted">{t('code')}</p>
        <p className="let-in-digits number selectable">{groupedCode(code)}</p>
      </div>
    </section>
  );
}

function Closed() {
  const { t } = useTranslation('send');
  return (
    <section className="let-in panel" aria-labelledby="let-in-title" data-testid="let-in">
      <div className="let-in-text">
        <h2 id="let-in-title">{t('closedTitle')}</h2>
        <p className="muted">{t('closedDetail')}</p>
      </div>
      <Button kind="primary" icon={KeyRound} onPress={() => attempt(request('letIn', { open: true }))}>
        {t('letIn')}
      </Button>
    </section>
  );
}
