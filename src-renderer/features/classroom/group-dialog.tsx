import { type FormEvent, useState } from 'react';
import { Form } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { GroupView, StudentView } from '../../../src-shared/ipc/snapshots';
import { MAX_PEER_NAME_CHARS } from '../../../src-shared/wire/limits';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { AppDialog } from '../../ui/app-dialog';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';
import { nameProblem } from './group-name';
import { StudentPicker } from './student-picker';

interface Props {
  /** null makes a new one. */
  readonly group: GroupView | null;
  readonly groups: readonly GroupView[];
  readonly students: readonly StudentView[];
  onClose(): void;
}

/** A group's name and who is in it. */
export function GroupDialog({ group, groups, students, onClose }: Props) {
  const { t } = useTranslation(['classroom', 'common']);
  const [name, setName] = useState(group?.name ?? '');
  const [picked, setPicked] = useState<ReadonlySet<string>>(() => new Set(group?.students));
  const [tried, setTried] = useState(false);
  const problem = nameProblem(name, group, groups);
  const save = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (problem !== undefined) return;
    attempt(saveGroup(group, name.trim(), [...picked]));
    onClose();
  };
  return (
    <AppDialog title={group === null ? t('newGroup') : t('groupTitle')} isOpen onClose={onClose}>
      <Form className="group-form" onSubmit={save}>
        <TextField
          label={t('groupName')}
          value={name}
          onChange={setName}
          placeholder={t('groupPlaceholder')}
          maxLength={MAX_PEER_NAME_CHARS}
          error={problem !== undefined && (tried || problem === 'groupNameTaken') ? t(problem) : undefined}
          autoFocus
        />
        <StudentPicker students={students} picked={picked} onChange={setPicked} />
        <div className="dialog-actions">
          <Button onPress={onClose}>{t('common:cancel')}</Button>
          <Button kind="primary" type="submit">
            {t('common:save')}
          </Button>
        </div>
      </Form>
    </AppDialog>
  );
}

async function saveGroup(group: GroupView | null, name: string, students: string[]): Promise<void> {
  if (group !== null && group.name !== name) await request('renameGroup', { name: group.name, to: name });
  await request('setGroup', { name, students });
}
