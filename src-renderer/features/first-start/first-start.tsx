import { Headphones, Presentation } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Form, Radio, RadioGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Role, SettingsView } from '../../../src-shared/ipc/contract';
import { MAX_PEER_NAME_CHARS } from '../../../src-shared/wire/limits';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { Logo } from '../../ui/logo';
import { ProblemBanner } from '../../ui/problem-banner';
import { Switch } from '../../ui/switch';
import { TextField } from '../../ui/text-field';
import './first-start.css';

/** The first minute: one question and a name. */
export function FirstStart({ settings }: { settings: SettingsView }) {
  const { t } = useTranslation(['start', 'settings']);
  const [role, setRole] = useState<Role | null>(null);
  const [name, setName] = useState(settings.name);
  const [startAtLogin, setStartAtLogin] = useState(true);
  const [tried, setTried] = useState(false);
  const isNameMissing = name.trim() === '';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (role === null || isNameMissing) return;
    attempt(introduce(role, name, startAtLogin));
  };

  return (
    <main className="first-start">
      <Form className="first-start-form" onSubmit={submit}>
        <Logo size={52} />
        <h1>{t('title')}</h1>
        <p className="muted first-start-lead">{t('lead')}</p>
        <RoleChoice role={role} onChange={setRole} />
        <TextField
          label={t('name')}
          value={name}
          onChange={setName}
          maxLength={MAX_PEER_NAME_CHARS}
          hint={role === 'teacher' ? t('roomHint') : t('nameHint')}
          error={tried && isNameMissing ? t('nameMissing') : undefined}
        />
        {role === 'student' ? (
          <div className="first-start-login">
            <Switch
              label={t('settings:startAtLogin')}
              detail={t('settings:startAtLoginStudent')}
              checked={startAtLogin}
              onChange={setStartAtLogin}
            />
          </div>
        ) : null}
        <ProblemBanner />
        <Button kind="primary" type="submit" isDisabled={role === null}>
          {t('start')}
        </Button>
      </Form>
    </main>
  );
}

/** A student's program waits in the tray from the next login on, unless they would rather open it themselves. */
async function introduce(role: Role, name: string, startAtLogin: boolean): Promise<void> {
  if (role === 'student') await request('prefer', { startAtLogin });
  await request('introduce', { role, name });
}

const ROLES = [
  { role: 'teacher', icon: Presentation, detail: 'teacherDetail' },
  { role: 'student', icon: Headphones, detail: 'studentDetail' },
] as const;

function RoleChoice({ role, onChange }: { role: Role | null; onChange(role: Role): void }) {
  const { t } = useTranslation('start');
  return (
    <RadioGroup
      className="roles"
      aria-label={t('question')}
      value={role}
      onChange={(value) => onChange(value === 'teacher' ? 'teacher' : 'student')}
    >
      {ROLES.map(({ role: value, icon: Icon, detail }) => (
        <Radio key={value} value={value} className="role">
          <Icon size={24} aria-hidden="true" />
          <span className="role-label">{t(value)}</span>
          <span>{t(detail)}</span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
