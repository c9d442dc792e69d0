import { type FormEvent, useState } from 'react';
import { Form } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { subjectSchema } from '../../../src-shared/ipc/contract';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { AppDialog } from '../../ui/app-dialog';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';

interface Props {
  /** Subjects that are published already. */
  readonly taken: readonly string[];
  onClose(): void;
}

/** Names a channel; the folder is picked with the system's dialog. */
export function PublishDialog({ taken, onClose }: Props) {
  const { t } = useTranslation(['channels', 'common']);
  const [typed, setTyped] = useState('');
  const problem = problemOf(typed, taken);
  const publish = (event: FormEvent) => {
    event.preventDefault();
    if (typed === '' || problem !== undefined) return;
    attempt(request('publish', { subject: typed }));
    onClose();
  };
  return (
    <AppDialog title={t('publishTitle')} isOpen onClose={onClose}>
      <Form className="channel-form" onSubmit={publish}>
        <p className="muted">{t('publishDetail')}</p>
        <TextField
          label={t('subject')}
          value={typed}
          onChange={setTyped}
          hint={t('subjectHint')}
          error={problem === undefined ? undefined : t(problem)}
          autoFocus
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" kind="primary" isDisabled={typed === '' || problem !== undefined}>
            {t('chooseFolder')}
          </Button>
        </div>
      </Form>
    </AppDialog>
  );
}

function problemOf(typed: string, taken: readonly string[]): 'subjectWrong' | 'subjectTaken' | undefined {
  if (typed === '') return undefined;
  if (!subjectSchema.safeParse(typed).success) return 'subjectWrong';
  return taken.includes(typed) ? 'subjectTaken' : undefined;
}
