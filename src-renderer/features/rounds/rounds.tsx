import { memo } from 'react';
import type { RoundView, TransferView } from '../../../src-shared/ipc/snapshots';
import { countOf, formatBytes, formatDuration } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { modeInWords, roundInWords } from '../../../src-shared/text/sentences';
import { ProgressBar } from '../../ui/progress-bar';
import { capitalized, strings } from '../../ui/strings';
import './rounds.css';

const words = strings.rounds;

/** A bar for each transmission: its length is its bytes, its fill what has been sent of them. */
export const Rounds = memo(function Rounds({ rounds }: { rounds: TransferView['rounds'] }) {
  const most = Math.max(1, ...rounds.map(({ bytes }) => bytes));
  return (
    <section className="rounds panel" aria-labelledby="rounds-title">
      <h2 id="rounds-title">{words.title}</h2>
      {rounds.length === 0 ? <p className="muted">{words.empty}</p> : null}
      <ol>
        {rounds.map((round) => (
          <Round key={round.transmission} round={round} share={round.bytes / most} />
        ))}
      </ol>
    </section>
  );
});

const Round = memo(function Round({ round, share }: { round: RoundView; share: number }) {
  return (
    <li className="round" data-state={round.state} data-testid="round">
      <div className="round-head">
        <span className="round-name">{roundInWords(round)}</span>
        <span className="round-mode">{capitalized(modeInWords(round.mode))}</span>
        <span className="number">{formatBytes(round.bytes)}</span>
      </div>
      <div className="round-bar" style={{ width: `max(8px, ${share * 100}%)` }}>
        <ProgressBar share={round.progress} label={`${roundInWords(round)}: ${words.barLabel}`} />
      </div>
      <div className="round-foot muted number">
        <span>{countOf(round.students.length, 'student')}</span>
        <span>{stateOf(round)}</span>
      </div>
      {round.why === '' ? null : <p className="round-why muted">{capitalized(plainText(round.why, 200))}</p>}
    </li>
  );
});

function stateOf({ state, durationMs }: RoundView): string {
  if (state === 'announced') return words.announced;
  if (state === 'reporting') return words.reporting;
  return formatDuration(durationMs);
}
