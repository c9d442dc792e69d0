import { ChevronRight, Maximize2, RefreshCw } from 'lucide-react';
import { memo, useState } from 'react';
import { Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { RoomView } from '../../../src-shared/ipc/snapshots';
import { groupedCode, shortFingerprint } from '../../../src-shared/text/format';
import { hostAndPort } from '../../../src-shared/text/host-and-port';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy-button';
import { LiveRegion } from '../../ui/live-region';
import { Switch } from '../../ui/switch';
import { CodeStage } from './code-stage';
import './code.css';

/** The code that lets students in, whether it does, and what helps where a network hides the room. */
export const RoomCode = memo(function RoomCode({ room }: { room: RoomView }) {
  const { t } = useTranslation('classroom');
  return (
    <section className="room-code panel" aria-labelledby="room-code-title">
      <h2 id="room-code-title">{t('code')}</h2>
      {room.code === null ? <p className="muted">{t('closed')}</p> : <OpenCode name={room.name} code={room.code} />}
      <LetInSwitch isOpen={room.code !== null} />
      <IfNotFound room={room} />
    </section>
  );
});

/** Whether the code lets anybody in. */
export function LetInSwitch({ isOpen }: { isOpen: boolean }) {
  const { t } = useTranslation('classroom');
  return (
    <Switch
      label={t('letIn')}
      detail={isOpen ? t('letInDetail') : undefined}
      checked={isOpen}
      onChange={(open) => attempt(request('letIn', { open }))}
    />
  );
}

/** The digits with what can be done with them. */
export function OpenCode({ name, code }: { name: string; code: string }) {
  const { t } = useTranslation('classroom');
  const [isLarge, setLarge] = useState(false);
  const [first] = useState(code);
  const grouped = groupedCode(code);
  return (
    <>
      <div className="room-code-digits">
        <p className="number selectable" data-testid="room-code">
          {grouped}
        </p>
        <CopyButton text={grouped} label={t('copy')} done={t('copied')} />
      </div>
      <div className="room-code-actions">
        <Button icon={Maximize2} onPress={() => setLarge(true)}>
          {t('showLarge')}
        </Button>
        <Button icon={RefreshCw} onPress={() => attempt(request('newCode'))}>
          {t('newCode')}
        </Button>
      </div>
      <LiveRegion sentence={code === first ? '' : t('newCodeDone', { code: grouped })} />
      <CodeStage name={name} code={code} isOpen={isLarge} onClose={() => setLarge(false)} />
    </>
  );
}

/** Discovery fails on some networks; an address never does. */
export function IfNotFound({ room }: { room: RoomView }) {
  const { t } = useTranslation('classroom');
  return (
    <Disclosure className="disclosure">
      <Heading level={3}>
        <Button slot="trigger" kind="quiet" icon={ChevronRight}>
          {t('notFound')}
        </Button>
      </Heading>
      <DisclosurePanel>
        <div className="if-not-found">
          <p className="muted">{t('notFoundDetail')}</p>
          <dl>
            <dt className="muted">{t('address')}</dt>
            <dd className="mono selectable">{hostAndPort(room.address, room.port)}</dd>
            <dt className="muted">{t('fingerprint')}</dt>
            <dd className="mono selectable">{shortFingerprint(room.fingerprint)}</dd>
          </dl>
        </div>
      </DisclosurePanel>
    </Disclosure>
  );
}
