import { Activity, RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { DataPath } from '../../../src-shared/ipc/events';
import type { DoctorView, TeacherSnapshot } from '../../../src-shared/ipc/snapshots';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import { useDateFormat } from '../../ui/language';
import { LiveRegion } from '../../ui/live-region';
import { ProgressBar } from '../../ui/progress-bar';
import { type Finding, findingsOf, obstacle } from './findings';
import { HearingTree } from './hearing-tree';
import { useSharePassed } from './use-share-passed';
import './doctor.css';

/** An examination is over in about so long. */
const DURATION_MS = 5_500;

/** The network doctor: who hears multicast, who does not, why, and what Tutti does about it. */
export function DoctorScreen({ snapshot }: { snapshot: TeacherSnapshot }) {
  return (
    <>
      <Examination snapshot={snapshot} />
      {snapshot.room === null ? null : <DataPathNote path={snapshot.room.dataPath} />}
    </>
  );
}

function DataPathNote({ path }: { path: DataPath }) {
  const { t } = useTranslation('doctor');
  return (
    <p className="muted doctor-data-path" data-testid="data-path">
      {t(`dataPath.${path}`)}
    </p>
  );
}

function Examination({ snapshot }: { snapshot: TeacherSnapshot }) {
  const { doctor } = snapshot;
  if (doctor === null) return <FirstTime snapshot={snapshot} />;
  return doctor.state === 'running' ? (
    <Running startedAt={doctor.startedAt} />
  ) : (
    <Result snapshot={snapshot} doctor={doctor} />
  );
}

function FirstTime({ snapshot }: { snapshot: TeacherSnapshot }) {
  const { t } = useTranslation('doctor');
  return (
    <EmptyState icon={Activity} title={t('firstTitle')} detail={t('firstDetail')}>
      <Examine snapshot={snapshot} label={t('examine')} kind="primary" />
    </EmptyState>
  );
}

function Running({ startedAt }: { startedAt: number }) {
  const { t } = useTranslation('doctor');
  return (
    <EmptyState icon={Activity} title={t('running')} detail={t('runningDetail')}>
      <div className="doctor-progress">
        <ProgressBar share={useSharePassed(startedAt, DURATION_MS)} label={t('progress')} />
      </div>
      <LiveRegion sentence={t('running')} />
    </EmptyState>
  );
}

function Result({ snapshot, doctor }: { snapshot: TeacherSnapshot; doctor: DoctorView }) {
  const { t } = useTranslation('doctor');
  const findings = findingsOf(doctor, snapshot.students);
  const summary = useSummary(findings);
  const time = useDateFormat({ timeStyle: 'short' }).format(doctor.startedAt);
  return (
    <section className="doctor" aria-labelledby="doctor-title">
      <header className="doctor-head">
        <div>
          <h2 id="doctor-title">{summary.title}</h2>
          <p>{summary.detail}</p>
          <p className="muted number">{t('examinedAt', { time, address: doctor.interface })}</p>
        </div>
        <Examine snapshot={snapshot} label={t('again')} kind="plain" />
      </header>
      <HearingTree findings={findings} />
      <LiveRegion sentence={summary.title} />
    </section>
  );
}

function useSummary(findings: readonly Finding[]): { readonly title: string; readonly detail: string } {
  const { t } = useTranslation('doctor');
  const all = findings.reduce((sum, { students }) => sum + students.length, 0);
  const hear = findings.find(({ kind }) => kind === 'good')?.students.length ?? 0;
  if (hear === all) return { title: t('allHear', { count: all }), detail: t('allHearDetail') };
  if (hear === 0) return { title: t('noneHear'), detail: t('noneHearDetail') };
  return { title: t('someHear', { hear, all }), detail: t('someHearDetail') };
}

interface ExamineProps {
  readonly snapshot: TeacherSnapshot;
  readonly label: string;
  readonly kind: 'primary' | 'plain';
}

function Examine({ snapshot, label, kind }: ExamineProps) {
  const { t } = useTranslation('doctor');
  const reason = obstacle(snapshot);
  return (
    <div className="doctor-examine">
      <Button
        kind={kind}
        icon={kind === 'primary' ? Activity : RotateCw}
        isDisabled={reason !== undefined}
        onPress={() => attempt(request('examine'))}
      >
        {label}
      </Button>
      {reason === undefined ? null : <p className="muted">{t(reason)}</p>}
    </div>
  );
}
