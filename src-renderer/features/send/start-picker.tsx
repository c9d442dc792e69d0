import { memo, useId } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { StartRule } from '../../../src-shared/ipc/snapshots';
import { MAX_STUDENTS } from '../../../src-shared/wire/limits';
import { Button } from '../../ui/button';
import { NumberField } from '../../ui/number-field';
import { Picker } from './picker';
import { type StartChoice, setStart, suggestedClock, useSendOptions } from './send-options';
import { startInWords } from './send-words';

interface Props {
  readonly start: StartChoice;
  /** How many students there are, where "enough of them" begins. */
  readonly students: number;
}

/** At once, with enough students, at a time, or when the teacher says so. */
export const StartPicker = memo(function StartPicker({ start, students }: Props) {
  const { t, i18n } = useTranslation('send');
  return (
    <Picker label={t('start')} value={startInWords(start, new Date(), i18n)} title={t('startTitle')}>
      {(close) => (
        <div className="picker-start">
          <Choices start={start} students={students} />
          <div className="picker-foot">
            <Button kind="primary" onPress={close}>
              {t('done')}
            </Button>
          </div>
        </div>
      )}
    </Picker>
  );
});

function Choices({ start, students }: Props) {
  const { t } = useTranslation('send');
  const choose = (when: string) => {
    const choice = choices(students).find((one) => one.when === when);
    if (choice !== undefined) setStart(choice);
  };
  return (
    <RadioGroup className="picker-choices" aria-label={t('startTitle')} value={start.when} onChange={choose}>
      <Choice when="now" label={t('atOnce')} detail={t('atOnceDetail')} />
      <Choice when="ready" label={t('whenReady')} detail={t('whenReadyDetail')} />
      {start.when === 'ready' ? (
        <NumberField
          label={t('howMany')}
          value={start.students}
          min={1}
          max={MAX_STUDENTS}
          onChange={(count) => setStart({ when: 'ready', students: count })}
        />
      ) : null}
      <Choice when="at" label={t('atTime')} detail={t('atTimeDetail')} />
      {start.when === 'at' ? <TimeField clock={start.clock} /> : null}
      <Choice when="asked" label={t('whenAsked')} detail={t('whenAskedDetail')} />
    </RadioGroup>
  );
}

function choices(students: number): StartChoice[] {
  return [
    { when: 'now' },
    { when: 'ready', students: Math.max(1, students) },
    { when: 'at', clock: suggestedClock(new Date()) },
    { when: 'asked' },
  ];
}

interface ChoiceProps {
  readonly when: StartRule['when'];
  readonly label: string;
  readonly detail: string;
}

function Choice({ when, label, detail }: ChoiceProps) {
  const isChosen = useSendOptions((options) => options.start.when === when);
  return (
    <Radio value={when} className="picker-choice" autoFocus={isChosen}>
      <span className="picker-dot" />
      <span className="picker-choice-text">
        <span className="picker-choice-label">{label}</span>
        <span className="picker-choice-detail">{detail}</span>
      </span>
    </Radio>
  );
}

function TimeField({ clock }: { clock: string }) {
  const { t } = useTranslation('send');
  const id = useId();
  return (
    <div className="field picker-time">
      <label htmlFor={id}>{t('time')}</label>
      <input
        id={id}
        type="time"
        required
        value={clock}
        onChange={({ target }) => target.value !== '' && setStart({ when: 'at', clock: target.value })}
      />
    </div>
  );
}
