import { Pencil, Plus, Trash2 } from 'lucide-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GroupView, StudentView } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { ActionMenu } from '../../ui/action-menu';
import { Button } from '../../ui/button';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { GroupDialog } from './group-dialog';
import { countGroup } from './student-selectors';

interface Props {
  readonly groups: readonly GroupView[];
  readonly students: readonly StudentView[];
}

type Asked = { readonly what: 'new' } | { readonly what: 'edit' | 'remove'; readonly group: GroupView };

/** Names for several students at once. */
export const Groups = memo(function Groups({ groups, students }: Props) {
  const { t } = useTranslation('classroom');
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  return (
    <section className="groups panel" aria-labelledby="groups-title">
      <header className="section-head">
        <h2 id="groups-title">{t('groups')}</h2>
        <Button kind="quiet" icon={Plus} onPress={() => setAsked({ what: 'new' })}>
          {t('newGroup')}
        </Button>
      </header>
      {groups.length === 0 ? <p className="muted">{t('groupsDetail')}</p> : null}
      <ul>
        {groups.map((group) => (
          <GroupRow
            key={group.name}
            group={group}
            students={students}
            onEdit={() => setAsked({ what: 'edit', group })}
            onRemove={() => setAsked({ what: 'remove', group })}
          />
        ))}
      </ul>
      {asked?.what === 'new' ? <GroupDialog group={null} groups={groups} students={students} onClose={close} /> : null}
      {asked?.what === 'edit' ? (
        <GroupDialog group={asked.group} groups={groups} students={students} onClose={close} />
      ) : null}
      {asked?.what === 'remove' ? <RemoveQuestion name={asked.group.name} onClose={close} /> : null}
    </section>
  );
});

interface RowProps {
  readonly group: GroupView;
  readonly students: readonly StudentView[];
  onEdit(): void;
  onRemove(): void;
}

function GroupRow({ group, students, onEdit, onRemove }: RowProps) {
  const { t } = useTranslation('classroom');
  const { all, here } = countGroup(group, students);
  const name = plainText(group.name, 80);
  return (
    <li className="group-row" data-testid="group">
      <div className="student-text">
        <p className="student-name one-line">{name}</p>
        <p className="muted number one-line">
          {t('members', { count: all })} · {t('membersHere', { here })}
        </p>
      </div>
      <ActionMenu
        label={t('actionsFor', { name })}
        items={[
          { id: 'edit', label: t('editGroup'), icon: Pencil, onAction: onEdit },
          { id: 'remove', label: t('removeGroup'), icon: Trash2, danger: true, onAction: onRemove },
        ]}
      />
    </li>
  );
}

function RemoveQuestion({ name, onClose }: { name: string; onClose(): void }) {
  const { t } = useTranslation('classroom');
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      danger
      title={t('removeQuestion', { name: plainText(name, 60) })}
      detail={t('removeDetail')}
      confirm={t('removeConfirm')}
      onConfirm={() => attempt(request('removeGroup', { name }))}
    />
  );
}
