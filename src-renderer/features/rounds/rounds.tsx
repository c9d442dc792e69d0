import type { i18n } from 'i18next';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoundView, TransferView } from '../../../src-shared/ipc/snapshots';
import { capitalized, formatBytes, formatDuration } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { reasonInWords } from '../../../src-shared/text/reasons';
import { modeInWords, roundInWords } from '../../../src-shared/text/sentences';
import { ProgressBar } from '../../ui/progress-bar';
import { savingsOf } from './savings';
import './rounds.css';

/** A bar for each transmission: its length is its bytes, its fill what has been sent of them. */
export const Rounds = memo(function Rounds({ rounds }: { rounds: TransferView['rounds'] }) {
  const { t } = useTranslation('send');
  const most = Math.max(1, ...rounds.map(({ bytes }) => bytes));
  return (
    <section className="rounds panel" aria-labelledby="rounds-title">
      <h2 id="rounds-title">{t('rounds.title')}</h2>
      {rounds.length === 0 ? <p className="muted">{t('rounds.empty')}</p> : null}
      <ol>
        {rounds.map((round) => (
          <Round key={round.transmission} round={round} share={round.bytes / most} />
        ))}
      </ol>
    </section>
  );
});

const Round = memo(function Round({ round, share }: { round: RoundView; share: number }) {
  const { t, i18n } = useTranslation('send');
  const title = roundInWords(round, i18n);
  const saved = savedInWords(round, i18n);
  return (
    <li className="round" data-state={round.state} data-testid="round">
      <div className="round-head">
        <span className="round-name">{title}</span>
        <span className="round-mode">{capitalized(modeInWords(round.mode, i18n))}</span>
        <span className="number">{formatBytes(round.bytes, i18n)}</span>
      </div>
      <div className="round-bar" style={{ width: `max(8px, ${share * 100}%)` }}>
        <ProgressBar share={round.progress} label={`${title}: ${t('rounds.sent')}`} />
      </div>
      <div className="round-foot muted number">
        <span>{t('rounds.students', { count: round.students.length })}</span>
        <span>{stateInWords(round, i18n)}</span>
      </div>
      {saved === undefined ? null : <p className="round-why number">{saved}</p>}
      {round.why === '' || round.mode !== 'tcp' ? null : (
        <p className="round-why muted">{capitalized(plainText(reasonInWords(round.why, i18n), 200))}</p>
      )}
    </li>
  );
});

function stateInWords({ state, durationMs }: RoundView, i18n: i18n): string {
  if (state === 'announced') return i18n.t('send:rounds.announced');
  if (state === 'reporting') return i18n.t('send:rounds.reporting');
  return formatDuration(durationMs, i18n);
}

function savedInWords(round: RoundView, i18n: i18n): string | undefined {
  const savings = savingsOf(round);
  if (savings === undefined) return undefined;
  const size = formatBytes(savings.bytes, i18n);
  return savings.against === 'union'
    ? i18n.t('send:rounds.savedUnion', { size })
    : i18n.t('send:rounds.savedApart', { size });
}
