import { FolderOpen, UserPen } from 'lucide-react';
import type { SettingsView } from '../../../src-shared/ipc/contract';
import type { StudentSnapshot } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { incomingInWords } from '../../../src-shared/text/sentences';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button, IconButton } from '../../ui/button';
import { LiveRegion } from '../../ui/live-region';
import { Logo } from '../../ui/logo';
import { ProblemBanner } from '../../ui/problem-banner';
import { capitalized, strings } from '../../ui/strings';
import { Connection } from './connection';
import { IncomingCard } from './incoming-card';
import './receive.css';

const words = strings.receive;

interface Props {
  readonly snapshot: StudentSnapshot;
  readonly settings: SettingsView;
  onChangeRole(): void;
}

/** The student's window: nothing has to be done in it, everything can be seen. */
export function StudentScreen({ snapshot, settings, onChangeRole }: Props) {
  const { transfers, folder } = snapshot;
  return (
    <div className="student">
      <header className="top-bar">
        <Logo size={32} />
        <div className="top-title">
          <h1 className="one-line">{plainText(settings.name, 80)}</h1>
          <p className="muted">{connectionInWords(snapshot)}</p>
        </div>
        <IconButton icon={UserPen} label={strings.firstStart.change} onPress={onChangeRole} />
      </header>
      <ProblemBanner />
      <LiveRegion sentence={sentenceOf(snapshot)} />
      <main className="student-main">
        <Connection snapshot={snapshot} address={settings.address} />
        {transfers.length === 0 && snapshot.connection === 'connected' ? <NothingYet /> : null}
        <ul className="incoming-list">
          {transfers.map((transfer) => (
            <IncomingCard key={transfer.id} transfer={transfer} />
          ))}
        </ul>
      </main>
      <footer className="student-foot">
        <div className="student-folder">
          <p className="muted">{words.folder}</p>
          <p className="one-line selectable" title={folder}>
            {folder}
          </p>
        </div>
        <Button kind="quiet" onPress={() => attempt(request('chooseFolder'))}>
          {words.changeFolder}
        </Button>
        <Button icon={FolderOpen} onPress={() => attempt(request('show', {}))}>
          {words.showFolder}
        </Button>
        <p className="student-closing muted">{words.closing}</p>
      </footer>
    </div>
  );
}

function NothingYet() {
  return (
    <section className="nothing-yet">
      <h2>{words.nothingTitle}</h2>
      <p className="muted">{words.nothingDetail}</p>
    </section>
  );
}

function connectionInWords({ connection, room }: StudentSnapshot): string {
  if (connection === 'connected') return words.in(plainText(room?.name ?? '', 60));
  return words[connection];
}

function sentenceOf(snapshot: StudentSnapshot): string {
  const [newest] = snapshot.transfers;
  const standing = connectionInWords(snapshot);
  if (newest === undefined) return standing;
  return `${standing}. ${words.from(plainText(newest.from, 60))}: ${capitalized(incomingInWords(newest))}`;
}
