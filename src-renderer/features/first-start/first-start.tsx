import { Headphones, Presentation } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { FieldError, Form, Input, Label, Radio, RadioGroup, Text, TextField } from 'react-aria-components';
import type { Role, SettingsView } from '../../../src-shared/ipc/contract';
import { MAX_PEER_NAME_CHARS } from '../../../src-shared/wire/limits';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { Logo } from '../../ui/logo';
import { strings } from '../../ui/strings';
import './first-start.css';

const words = strings.firstStart;

const ROLES = [
  { role: 'teacher', icon: Presentation, label: words.teach, detail: words.teachDetail },
  { role: 'student', icon: Headphones, label: words.receive, detail: words.receiveDetail },
] as const;

interface Props {
  readonly settings: SettingsView;
  readonly canCancel: boolean;
  onDone(): void;
}

/** The one question of the first start; also where role and name are changed later. */
export function FirstStart({ settings, canCancel, onDone }: Props) {
  const [role, setRole] = useState<Role | null>(settings.role);
  const [name, setName] = useState(settings.name);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (role === null || name.trim() === '') return;
    attempt(request('introduce', { role, name }).then(onDone));
  };

  return (
    <main className="first-start">
      <Form className="first-start-form" onSubmit={submit}>
        <Logo size={52} />
        <h1>{canCancel ? words.change : words.title}</h1>
        <p className="muted first-start-lead">{words.lead}</p>
        <RadioGroup
          className="roles"
          aria-label={words.question}
          value={role}
          onChange={(value) => setRole(value === 'teacher' ? 'teacher' : 'student')}
        >
          {ROLES.map(({ role: value, icon: Icon, label, detail }) => (
            <Radio key={value} value={value} className="role">
              <Icon size={24} aria-hidden="true" />
              <span className="role-label">{label}</span>
              <span className="role-detail">{detail}</span>
            </Radio>
          ))}
        </RadioGroup>
        <TextField
          className="field"
          isRequired
          value={name}
          onChange={setName}
          maxLength={MAX_PEER_NAME_CHARS}
          validate={(text) => (text.trim() === '' ? words.nameMissing : null)}
        >
          <Label>{words.name}</Label>
          <Input autoComplete="off" spellCheck="false" />
          <Text slot="description" className="field-hint">
            {words.nameHint}
          </Text>
          <FieldError className="field-error" />
        </TextField>
        <div className="first-start-actions">
          {canCancel ? <Button onPress={onDone}>{words.cancel}</Button> : null}
          <Button kind="primary" type="submit" isDisabled={role === null}>
            {canCancel ? words.save : words.start}
          </Button>
        </div>
      </Form>
    </main>
  );
}
