import { type FormEvent, useState } from 'react';
import { Form } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { FoundChannel } from '../../../src-shared/ipc/channel-views';
import { patternSchema } from '../../../src-shared/ipc/contract';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { AppDialog } from '../../ui/app-dialog';
import { Button } from '../../ui/button';
import { Segmented } from '../../ui/segmented';
import { TextField } from '../../ui/text-field';

interface Props {
  /** The one that was pressed; without it the person types which. */
  readonly channel: FoundChannel | undefined;
  /** Patterns that are followed already. */
  readonly taken: readonly string[];
  onClose(): void;
}

const NAME_CHARS = 60;
const FROM = ['now', 'beginning'] as const;

/** Which channel to follow, and from where on. */
export function FollowDialog({ channel, taken, onClose }: Props) {
  const { t } = useTranslation(['channels', 'common']);
  const [typed, setTyped] = useState(channel?.subject ?? '');
  const [from, setFrom] = useState<(typeof FROM)[number]>('now');
  const problem = problemOf(typed, taken);
  const follow = (event: FormEvent) => {
    event.preventDefault();
    if (typed === '' || problem !== undefined) return;
    attempt(request('follow', { pattern: typed, from }));
    onClose();
  };
  return (
    <AppDialog title={t('followTitle')} isOpen onClose={onClose}>
      <Form className="channel-form" onSubmit={follow}>
        {channel === undefined ? (
          <TextField
            label={t('pattern')}
            value={typed}
            onChange={setTyped}
            hint={t('patternHint')}
            error={problem === undefined ? undefined : t(problem)}
            autoFocus
          />
        ) : (
          <p>
            <strong>{plainText(channel.subject, NAME_CHARS)}</strong>{' '}
            <span className="muted">{t('foundBy', { publisher: plainText(channel.publisher, NAME_CHARS) })}</span>
          </p>
        )}
        <div className="channel-from">
          <p className="segmented-label">{t('from')}</p>
          <Segmented
            label={t('from')}
            value={from}
            options={FROM.map((id) => ({ id, label: t(id === 'now' ? 'fromNow' : 'fromBeginning') }))}
            onChange={(chosen) => setFrom(chosen)}
          />
        </div>
        <div className="dialog-actions">
          <Button onPress={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" kind="primary" isDisabled={typed === '' || problem !== undefined}>
            {t('followNow')}
          </Button>
        </div>
      </Form>
    </AppDialog>
  );
}

function problemOf(typed: string, taken: readonly string[]): 'patternWrong' | 'patternTaken' | undefined {
  if (typed === '') return undefined;
  if (!patternSchema.safeParse(typed).success) return 'patternWrong';
  return taken.includes(typed) ? 'patternTaken' : undefined;
}
