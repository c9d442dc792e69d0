import { type FormEvent, useState } from 'react';
import { Form } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Role, SettingsView } from '../../../src-shared/ipc/contract';
import { MAX_PEER_NAME_CHARS } from '../../../src-shared/wire/limits';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { Segmented } from '../../ui/segmented';
import { TextField } from '../../ui/text-field';
import { goTo } from '../shell/navigation';
import { Setting, SettingGroup } from './setting';

const ROLES = ['teacher', 'student'] as const;

/** Role and name, as the first start asked for them. */
export function IdentitySettings({ settings }: { settings: SettingsView }) {
  const { t } = useTranslation('settings');
  return (
    <SettingGroup title={t('you')}>
      <RoleSetting settings={settings} />
      <NameSetting settings={settings} />
    </SettingGroup>
  );
}

function RoleSetting({ settings: { role, name, fixed } }: { settings: SettingsView }) {
  const { t } = useTranslation('settings');
  const [wanted, setWanted] = useState<Role | null>(null);
  const isFixed = fixed.includes('role');
  const change = (to: Role) => attempt(request('introduce', { role: to, name }).then(() => goTo('send')));
  return (
    <Setting label={t('role')} isFixed={isFixed}>
      <Segmented
        label={t('role')}
        value={role ?? 'student'}
        options={ROLES.map((id) => ({ id, label: t(id) }))}
        onChange={(to) => to !== role && setWanted(to)}
        isDisabled={isFixed}
      />
      {wanted === null ? null : (
        <ConfirmDialog
          isOpen
          onClose={() => setWanted(null)}
          title={t(wanted === 'student' ? 'toStudentQuestion' : 'toTeacherQuestion')}
          detail={t(wanted === 'student' ? 'toStudentDetail' : 'toTeacherDetail')}
          confirm={t('changeRole')}
          onConfirm={() => change(wanted)}
        />
      )}
    </Setting>
  );
}

function NameSetting({ settings: { role, name, fixed } }: { settings: SettingsView }) {
  const { t } = useTranslation(['settings', 'common']);
  const [typed, setTyped] = useState(name);
  const isFixed = fixed.includes('name');
  const isMissing = typed.trim() === '';
  const label = t(role === 'teacher' ? 'roomName' : 'name');
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (role !== null && !isMissing) attempt(request('introduce', { role, name: typed }));
  };
  return (
    <Setting label={label} isFixed={isFixed}>
      <Form className="setting-form" onSubmit={save}>
        <TextField
          label={label}
          isLabelHidden
          value={typed}
          onChange={setTyped}
          onEscape={() => setTyped(name)}
          maxLength={MAX_PEER_NAME_CHARS}
          error={isMissing ? t('nameMissing') : undefined}
          isDisabled={isFixed}
        />
        {typed === name ? null : (
          <Button type="submit" kind="primary" isDisabled={isMissing}>
            {t('common:save')}
          </Button>
        )}
      </Form>
    </Setting>
  );
}
