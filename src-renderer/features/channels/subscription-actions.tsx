import { EarOff } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { ActionMenu } from '../../ui/action-menu';
import { ConfirmDialog } from '../../ui/confirm-dialog';

const NAME_CHARS = 80;

/** What can be done about a channel that is followed. */
export function SubscriptionActions({ pattern }: { pattern: string }) {
  const { t } = useTranslation('channels');
  const [isAsking, setAsking] = useState(false);
  const subject = plainText(pattern, NAME_CHARS);
  return (
    <>
      <ActionMenu
        label={t('actionsOf', { subject })}
        items={[{ id: 'stop', label: t('unfollow'), icon: EarOff, onAction: () => setAsking(true) }]}
      />
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={t('unfollowQuestion', { subject })}
        detail={t('unfollowDetail')}
        confirm={t('unfollow')}
        onConfirm={() => attempt(request('unfollow', { pattern }))}
      />
    </>
  );
}
