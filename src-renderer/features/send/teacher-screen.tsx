import { FolderPlus, Plus, UserPen } from 'lucide-react';
import type { TeacherSnapshot } from '../../../src-shared/ipc/snapshots';
import { shortFingerprint } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { closingSentence, phaseInWords } from '../../../src-shared/text/sentences';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { isOver, shownTransfer } from '../../stores/transfer-selectors';
import { Button, IconButton } from '../../ui/button';
import { LiveRegion } from '../../ui/live-region';
import { Logo } from '../../ui/logo';
import { ProblemBanner } from '../../ui/problem-banner';
import { capitalized, strings } from '../../ui/strings';
import { Rounds } from '../rounds/rounds';
import { Scorecard } from '../scorecard/scorecard';
import { DropShade } from './drop-shade';
import { EmptyRoom } from './empty-room';
import { FileList } from './file-list';
import { TransferList } from './transfer-list';
import { TransferPanel } from './transfer-panel';
import { useDrop } from './use-drop';
import './send.css';

const words = strings.send;

interface Props {
  readonly snapshot: TeacherSnapshot;
  readonly name: string;
  onChangeRole(): void;
}

function sendPaths(paths: string[]): void {
  attempt(request('send', { paths }));
}

/** The teacher's one window. */
export function TeacherScreen({ snapshot, name, onChangeRole }: Props) {
  const dragged = useDrop(sendPaths);
  const { students, transfers, room } = snapshot;
  const shown = shownTransfer(transfers);
  return (
    <div className="teacher">
      <header className="top-bar">
        <Logo size={32} />
        <div className="top-title">
          <h1 className="one-line">{plainText(room?.name ?? name, 80)}</h1>
          <p className="muted one-line">
            {words.students(students.length)}
            {room === null ? null : (
              <span className="top-fingerprint mono">
                {' · '}
                {words.fingerprint} {shortFingerprint(room.fingerprint)}
              </span>
            )}
          </p>
        </div>
        <div className="top-actions">
          <IconButton icon={UserPen} label={strings.firstStart.change} onPress={onChangeRole} />
          <IconButton
            icon={FolderPlus}
            label={words.sendFolder}
            onPress={() => attempt(request('choose', { kind: 'folders' }))}
          />
          <Button kind="primary" icon={Plus} onPress={() => attempt(request('choose', { kind: 'files' }))}>
            {words.sendFiles}
          </Button>
        </div>
      </header>
      <ProblemBanner />
      <LiveRegion sentence={sentenceOf(snapshot)} />
      {shown === undefined ? (
        <EmptyRoom snapshot={snapshot} />
      ) : (
        <main className="teacher-columns">
          <div className="teacher-main">
            <TransferPanel transfer={shown} />
            <Scorecard transfer={shown} />
          </div>
          <aside className="teacher-aside">
            <Rounds rounds={shown.rounds} />
            <FileList files={shown.files} covers={shown.covers} />
            <TransferList transfers={transfers.filter((transfer) => transfer !== shown)} />
          </aside>
        </main>
      )}
      {dragged ? <DropShade students={students.length} /> : null}
    </div>
  );
}

/** Changes with the state, never with a percentage. */
function sentenceOf({ students, transfers }: TeacherSnapshot): string {
  const shown = shownTransfer(transfers);
  if (shown === undefined) return words.students(students.length);
  return isOver(shown) ? closingSentence(shown) : capitalized(phaseInWords(shown));
}
