import { Check } from 'lucide-react';
import { memo, useState } from 'react';
import { ListBox, ListBoxItem, ListLayout, type Selection, Text, Virtualizer } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Audience, GroupView, StudentView } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { SearchField } from '../../ui/search-field';
import { Picker } from './picker';
import { hereCount, setAudience, studentsOf } from './send-options';
import { audienceInWords } from './send-words';

const EVERYONE = 'everyone';
const GROUP = 'group:';
const STUDENT_HEIGHT = 40;

interface Props {
  readonly audience: Audience;
  readonly students: readonly StudentView[];
  readonly groups: readonly GroupView[];
}

/** Everyone, a group, or students one by one. */
export const AudiencePicker = memo(function AudiencePicker({ audience, students, groups }: Props) {
  const { t, i18n } = useTranslation('send');
  return (
    <Picker label={t('to')} value={audienceInWords(audience, students, i18n)} title={t('toTitle')}>
      {(close) => (
        <>
          <Groups {...{ audience, students, groups }} onDone={close} />
          {students.length === 0 ? null : <Students {...{ audience, students }} onDone={close} />}
        </>
      )}
    </Picker>
  );
});

interface Closing {
  onDone(): void;
}

function Groups({ audience, students, groups, onDone }: Props & Closing) {
  const { t } = useTranslation('send');
  const choose = (keys: Selection) => {
    const [key] = keys === 'all' ? [] : keys;
    if (typeof key !== 'string') return;
    setAudience(key === EVERYONE ? 'everyone' : { group: key.slice(GROUP.length) });
    onDone();
  };
  return (
    <ListBox
      className="option-list picker-groups"
      aria-label={t('groupsLabel')}
      selectionMode="single"
      disallowEmptySelection
      autoFocus
      selectedKeys={keyOf(audience)}
      onSelectionChange={choose}
    >
      <Option id={EVERYONE} label={t('everyone')} detail={t('everyoneDetail')} />
      {groups.map((group) => {
        const members = studentsOf({ group: group.name }, students, groups);
        const detail = t('here', { here: hereCount(members), count: members.length });
        return <Option key={group.name} id={GROUP + group.name} label={plainText(group.name, 40)} detail={detail} />;
      })}
    </ListBox>
  );
}

function keyOf(audience: Audience): string[] {
  if (audience === 'everyone') return [EVERYONE];
  return 'group' in audience ? [GROUP + audience.group] : [];
}

function Option({ id, label, detail }: { id: string; label: string; detail: string }) {
  return (
    <ListBoxItem id={id} textValue={label} className="option">
      {({ isSelected }) => (
        <>
          <span className="option-mark">{isSelected ? <Check size={16} aria-hidden="true" /> : null}</span>
          <Text slot="label">{label}</Text>
          <Text slot="description" className="option-detail">
            {detail}
          </Text>
        </>
      )}
    </ListBoxItem>
  );
}

function Students({ audience, students, onDone }: Omit<Props, 'groups'> & Closing) {
  const { t } = useTranslation('send');
  const [search, setSearch] = useState('');
  const picked = audience !== 'everyone' && 'students' in audience ? audience.students : [];
  const found = students.filter(({ name }) => name.toLocaleLowerCase().includes(search.trim().toLocaleLowerCase()));
  const choose = (keys: Selection) => {
    const shown = new Set(found.map(({ id }) => id));
    const now = keys === 'all' ? [...shown] : [...keys].map(String);
    // Those who do not match the search stay picked.
    const next = new Set([...picked.filter((id) => !shown.has(id)), ...now.filter((id) => shown.has(id))]);
    setAudience(next.size === 0 ? 'everyone' : { students: [...next] });
  };
  return (
    <div className="picker-students">
      <h3>{t('pickLabel')}</h3>
      <SearchField label={t('search')} value={search} onChange={setSearch} />
      <Virtualizer layout={ListLayout} layoutOptions={{ rowHeight: STUDENT_HEIGHT }}>
        <ListBox
          className="picker-list"
          aria-label={t('pickLabel')}
          selectionMode="multiple"
          escapeKeyBehavior="none"
          items={found}
          selectedKeys={picked}
          onSelectionChange={choose}
          renderEmptyState={() => <p className="picker-nobody muted">{t('nobodyFound')}</p>}
        >
          {(student) => <StudentOption student={student} />}
        </ListBox>
      </Virtualizer>
      {picked.length === 0 ? null : (
        <div className="picker-foot">
          <span className="muted number">{t('picked', { count: picked.length })}</span>
          <Button kind="primary" onPress={onDone}>
            {t('done')}
          </Button>
        </div>
      )}
    </div>
  );
}

function StudentOption({ student: { id, name, connected } }: { student: StudentView }) {
  const { t } = useTranslation('send');
  const shown = plainText(name, 60);
  return (
    <ListBoxItem id={id} textValue={shown} className="picker-student checkbox" data-testid="pick">
      {({ isSelected }) => (
        <>
          <span className="checkbox-box">
            {isSelected ? <Check size={14} strokeWidth={3} aria-hidden="true" /> : null}
          </span>
          <Avatar id={id} name={name} />
          <Text slot="label" className="one-line">
            {shown}
          </Text>
          {connected ? null : (
            <Text slot="description" className="picker-away muted">
              {t('notHere')}
            </Text>
          )}
        </>
      )}
    </ListBoxItem>
  );
}
