import { Check, Pencil, Unlink, X } from 'lucide-react';
import { type FormEvent, memo, useEffect, useRef, useState } from 'react';
import { Form } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { StudentView } from '../../../src-shared/ipc/snapshots';
import { formatBytes } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { MAX_PEER_NAME_CHARS } from '../../../src-shared/wire/limits';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { ActionMenu } from '../../ui/action-menu';
import { Avatar } from '../../ui/avatar';
import { IconButton } from '../../ui/button';
import { TextField } from '../../ui/text-field';

/** Groups beyond these are counted: the row keeps its height. */
const MAX_GROUPS_SHOWN = 2;

interface Props {
  readonly student: StudentView;
  readonly groups: readonly string[] | undefined;
  readonly isEditing: boolean;
  onEdit(isEditing: boolean): void;
  onUnpair(): void;
}

/** One student: here or not, how much room it has for music, and what can be done about it. */
export const StudentRow = memo(function StudentRow({ student, groups = [], isEditing, onEdit, onUnpair }: Props) {
  const { t } = useTranslation('classroom');
  const name = plainText(student.name, MAX_PEER_NAME_CHARS);
  const row = useFocusAfter(isEditing);
  if (isEditing) return <NameForm student={student} name={name} onDone={() => onEdit(false)} />;
  return (
    <div ref={row} className="student-row" data-connected={student.connected} data-testid="student">
      <Avatar id={student.id} name={student.name} />
      <div className="student-text">
        <p className="student-name one-line">{name}</p>
        <Standing student={student} />
      </div>
      <GroupNames names={groups} />
      <ActionMenu
        label={t('actionsFor', { name })}
        items={[
          { id: 'rename', label: t('rename'), icon: Pencil, onAction: () => onEdit(true) },
          { id: 'unpair', label: t('unpair'), icon: Unlink, danger: true, onAction: onUnpair },
        ]}
      />
    </div>
  );
}, sameStudent);

/** What the row does is the same for the same student; only what it shows counts. */
function sameStudent(before: Props, after: Props): boolean {
  return (
    before.student === after.student &&
    before.isEditing === after.isEditing &&
    (before.groups ?? []).join('\n') === (after.groups ?? []).join('\n')
  );
}

/** The row's button gets the focus back when the name has been edited. */
function useFocusAfter(isEditing: boolean) {
  const row = useRef<HTMLDivElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !isEditing) row.current?.querySelector('button')?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);
  return row;
}

function Standing({ student: { connected, freeBytes } }: { student: StudentView }) {
  const { t, i18n } = useTranslation('classroom');
  const words: string[] = [t(connected ? 'here' : 'notHere')];
  if (connected && freeBytes !== undefined) words.push(t('free', { size: formatBytes(freeBytes, i18n) }));
  return (
    <p className="student-presence number one-line">
      <span className="presence-dot" aria-hidden="true" />
      {words.join(' · ')}
    </p>
  );
}

function GroupNames({ names }: { names: readonly string[] }) {
  const shown = names.slice(0, MAX_GROUPS_SHOWN);
  const more = names.length - shown.length;
  if (shown.length === 0) return null;
  return (
    <p className="student-groups" title={names.map((name) => plainText(name, 80)).join(', ')}>
      {shown.map((name) => (
        <span key={name} className="tag one-line">
          {plainText(name, 80)}
        </span>
      ))}
      {more > 0 ? <span className="tag number">+{more}</span> : null}
    </p>
  );
}

function NameForm({ student, name, onDone }: { student: StudentView; name: string; onDone(): void }) {
  const { t } = useTranslation(['classroom', 'common']);
  const [typed, setTyped] = useState(name);
  const isMissing = typed.trim() === '';
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (isMissing) return;
    attempt(request('renameStudent', { student: student.id, name: typed }));
    onDone();
  };
  return (
    <Form className="student-row" onSubmit={save}>
      <Avatar id={student.id} name={student.name} />
      <TextField
        label={t('newName', { name })}
        isLabelHidden
        value={typed}
        onChange={setTyped}
        onEscape={onDone}
        maxLength={MAX_PEER_NAME_CHARS}
        error={isMissing ? t('nameMissing') : undefined}
        autoFocus
      />
      <IconButton icon={Check} label={t('saveName')} type="submit" />
      <IconButton icon={X} label={t('common:cancel')} onPress={onDone} />
    </Form>
  );
}
