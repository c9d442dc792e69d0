import { RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry, HistoryMember } from '../../../src-shared/ipc/snapshots';
import { capitalized, formatBytes, formatDuration } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { closingSentence, memberInWords, modeInWords, roundInWords } from '../../../src-shared/text/sentences';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { nameOf } from '../../stores/transfer-selectors';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { goTo } from '../shell/navigation';
import { completeOf, incompleteOf } from './history-list';

/** Longer lists are cut: the export has everything. */
const MAX_LISTED = 200;

/** Everything about a transfer that is over: the sentence, who lacks what, the transmissions, the files. */
export function EntryDetails({ entry }: { entry: HistoryEntry }) {
  const { i18n } = useTranslation();
  return (
    <div className="entry-details">
      <p className="entry-closing selectable number">{closingSentence({ ...entry, permanent: entry.members }, i18n)}</p>
      <Failed entry={entry} />
      <Received members={completeOf(entry)} />
      <Rounds rounds={entry.rounds} />
      <Files files={entry.files} />
    </div>
  );
}

function Failed({ entry }: { entry: HistoryEntry }) {
  const { t } = useTranslation('library');
  const failed = incompleteOf(entry);
  if (failed.length === 0) return null;
  const students = failed.map(({ id }) => id);
  const again = () => request('retry', { transfer: entry.id, students, by: 'multicast' }).then(() => goTo('send'));
  return (
    <section>
      <header className="section-head">
        <h4>{t('failedTitle', { count: failed.length })}</h4>
        <Button icon={RotateCw} onPress={() => attempt(again())}>
          {t('sendAgain', { count: failed.length })}
        </Button>
      </header>
      <ul className="entry-people">
        {failed.slice(0, MAX_LISTED).map((member) => (
          <FailedMember key={member.id} member={member} />
        ))}
      </ul>
      <AndMore count={failed.length - MAX_LISTED} />
    </section>
  );
}

function FailedMember({ member }: { member: HistoryMember }) {
  const { t, i18n } = useTranslation('library');
  const words = capitalized(memberInWords({ ...member, progress: 0 }, 0, i18n));
  const missing = t('missing', { size: formatBytes(member.missingBytes, i18n) });
  return (
    <li className="entry-person">
      <Avatar id={member.id} name={member.name} />
      <div className="entry-text">
        <p className="entry-name one-line">{plainText(member.name, 80)}</p>
        <p className="muted selectable">{words}</p>
      </div>
      <p className="muted number">{missing}</p>
    </li>
  );
}

function Received({ members }: { members: readonly HistoryMember[] }) {
  const { t } = useTranslation('library');
  if (members.length === 0) return null;
  const names = members.slice(0, MAX_LISTED).map(({ name }) => plainText(name, 80));
  return (
    <section>
      <h4>{t('receivedTitle', { count: members.length })}</h4>
      <p className="muted selectable">{names.join(', ')}</p>
      <AndMore count={members.length - MAX_LISTED} />
    </section>
  );
}

function Rounds({ rounds }: { rounds: HistoryEntry['rounds'] }) {
  const { t, i18n } = useTranslation('library');
  if (rounds.length === 0) return null;
  return (
    <section>
      <h4>{t('rounds')}</h4>
      <ul className="entry-rounds number">
        {rounds.map((round) => (
          <li key={`${round.transmission} ${round.mode}`}>
            <span className="entry-name">{roundInWords(round, i18n)}</span>
            <span className="muted">{capitalized(modeInWords(round.mode, i18n))}</span>
            <span className="muted">{t('students', { count: round.students.length })}</span>
            <span className="muted">{formatBytes(round.bytes, i18n)}</span>
            <span className="muted">{formatDuration(round.durationMs, i18n)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Files({ files }: { files: HistoryEntry['files'] }) {
  const { t, i18n } = useTranslation('library');
  return (
    <section>
      <h4>{t('files')}</h4>
      <ol className="entry-files number">
        {files.slice(0, MAX_LISTED).map(({ path, size, title }) => (
          <li key={path}>
            <span className="one-line" title={plainText(path, 300)}>
              {plainText(title ?? nameOf(path), 120)}
            </span>
            <span className="muted">{formatBytes(size, i18n)}</span>
          </li>
        ))}
      </ol>
      <AndMore count={files.length - MAX_LISTED} />
    </section>
  );
}

function AndMore({ count }: { count: number }) {
  const { t } = useTranslation();
  return count > 0 ? <p className="muted number">{t('andMore', { count })}</p> : null;
}
