import { CircleDashed, Ear, EarOff, HelpCircle, type LucideIcon, Radio } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { plainText } from '../../../src-shared/text/plain-text';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import type { ExaminedStudent, Finding, FindingKind } from './findings';

/** More names than these are read by those who ask for them. */
const SHOWN = 12;
const NAME_CHARS = 40;

/** How well they are reached: a whole line, a broken one, one that ends, one that nobody knows. */
type Reach = 'whole' | 'part' | 'none' | 'unknown';

const REACH: Readonly<Record<FindingKind, Reach>> = {
  good: 'whole',
  wifi: 'part',
  overload: 'part',
  lossy: 'part',
  firewall: 'none',
  isolation: 'none',
  snooping: 'none',
  wrongAdapter: 'none',
  gone: 'unknown',
  silent: 'unknown',
};

const ICONS: Readonly<Record<Reach, LucideIcon>> = {
  whole: Ear,
  part: CircleDashed,
  none: EarOff,
  unknown: HelpCircle,
};

/** The teacher, and a line to each kind of student that shows how well they are reached. */
export function HearingTree({ findings }: { findings: readonly Finding[] }) {
  const { t } = useTranslation('doctor');
  return (
    <div className="hearing">
      <div className="hearing-teacher panel">
        <Radio size={22} aria-hidden="true" />
        <span>{t('you')}</span>
      </div>
      <ul className="hearing-branches" aria-label={t('picture')}>
        {findings.map((finding) => (
          <li key={finding.kind} className="hearing-branch" data-reach={REACH[finding.kind]} data-testid="finding">
            <Branch finding={finding} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Branch({ finding: { kind, students } }: { finding: Finding }) {
  const { t } = useTranslation('doctor');
  const Icon = ICONS[REACH[kind]];
  const advice = t(`${kind}.advice`);
  return (
    <article className="hearing-card panel">
      <h3>
        <Icon size={18} aria-hidden="true" />
        {t(`${kind}.title`, { count: students.length })}
      </h3>
      <p>{t(`${kind}.cause`)}</p>
      <dl>
        <dt>{t('what')}</dt>
        <dd>{t(`${kind}.tutti`)}</dd>
        {advice === '' ? null : (
          <>
            <dt>{t('advice')}</dt>
            <dd>{advice}</dd>
          </>
        )}
      </dl>
      <Names students={students} withShare={REACH[kind] === 'part'} />
    </article>
  );
}

function Names({ students, withShare }: { students: readonly ExaminedStudent[]; withShare: boolean }) {
  const { t } = useTranslation('doctor');
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? students : students.slice(0, SHOWN);
  return (
    <ul className="hearing-names">
      {shown.map(({ id, name, share }) => (
        <li key={id}>
          <Avatar id={id} name={name} />
          <span className="one-line">{plainText(name, NAME_CHARS)}</span>
          {withShare ? <span className="muted number">{t('heard', { percent: Math.floor(share * 100) })}</span> : null}
        </li>
      ))}
      {shown.length === students.length ? null : (
        <li>
          <Button kind="quiet" onPress={() => setOpen(true)}>
            {t('more', { count: students.length - shown.length })}
          </Button>
        </li>
      )}
    </ul>
  );
}
