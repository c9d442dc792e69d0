import { type FormEvent, useState } from 'react';
import { Form } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { expandTemplate, type TemplateProblem, templateProblem } from '../../../src-shared/text/folder-template';
import { TextField } from '../../ui/text-field';
import { prefer } from './prefer';
import { Setting } from './setting';

const PROBLEMS = {
  field: 'templateField',
  outside: 'templateOutside',
  character: 'templateCharacter',
  deep: 'templateDeep',
} as const satisfies Record<TemplateProblem, string>;

/** The folders that received music is sorted into, with an example of what they become. */
export function FolderTemplate({ template, isFixed }: { template: string; isFixed: boolean }) {
  const { t } = useTranslation('settings');
  const [typed, setTyped] = useState(template);
  const problem = templateProblem(typed);
  const save = () => {
    if (problem === undefined && typed !== template) prefer({ folderTemplate: typed });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <Setting label={t('template')} isFixed={isFixed} isWide>
      <Form onSubmit={submit}>
        <TextField
          label={t('template')}
          isLabelHidden
          value={typed}
          onChange={setTyped}
          onBlur={save}
          onEscape={() => setTyped(template)}
          maxLength={200}
          hint={t('templateHint')}
          error={problem === undefined ? undefined : t(PROBLEMS[problem])}
          isDisabled={isFixed}
        />
      </Form>
      {problem === undefined ? <Preview template={typed} /> : null}
    </Setting>
  );
}

function Preview({ template }: { template: string }) {
  const { t } = useTranslation('settings');
  const folders = expandTemplate(template, {
    room: t('exampleRoom'),
    date: isoDate(new Date()),
    artist: t('exampleArtist'),
    album: t('exampleAlbum'),
  });
  return (
    <p className="template-preview">
      <span className="muted">{t('templatePreview')}: </span>
      <span className="selectable" data-testid="template-preview">
        {[...folders, t('exampleFile')].join(' / ')}
      </span>
    </p>
  );
}

/** The day on this computer's own calendar, as folders are named: "2026-11-22". */
function isoDate(day: Date): string {
  const parts = [day.getFullYear(), day.getMonth() + 1, day.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}
