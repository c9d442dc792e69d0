import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { TeacherSnapshot, TransferView } from '../../../src-shared/ipc/snapshots';
import { capitalized } from '../../../src-shared/text/format';
import { closingSentence, phaseInWords } from '../../../src-shared/text/sentences';
import { isOver } from '../../stores/transfer-selectors';
import { LiveRegion } from '../../ui/live-region';
import { Rounds } from '../rounds/rounds';
import { Scorecard } from '../scorecard/scorecard';
import { useNarrow } from '../scorecard/use-narrow';
import { DropShade } from './drop-shade';
import { EarlierList } from './earlier-list';
import { EmptyRoom } from './empty-room';
import { FileList } from './file-list';
import { earlierOf, isQueued, queueOf, shownTransfer } from './home-selectors';
import { QueueList } from './queue-list';
import { SendBar } from './send-bar';
import { presentAudience, useSendOptions } from './send-options';
import { TransferPanel } from './transfer-panel';
import { useDrop } from './use-drop';
import './send.css';

/** Pixels from which lists stand beside the transfer. */
const TWO_COLUMNS_FROM = 900;

/** The teacher's home; it stands within the shell's main element, whose page scrolls as a whole. */
export function SendHome({ snapshot }: { snapshot: TeacherSnapshot }) {
  const dragged = useDrop();
  const chosen = useSendOptions();
  const { students, groups } = snapshot;
  const options = useMemo(
    () => ({ ...chosen, audience: presentAudience(chosen.audience, { students, groups }) }),
    [chosen, students, groups],
  );
  const shown = shownTransfer(snapshot.transfers);
  return (
    <div className="send-home">
      <SendBar snapshot={snapshot} options={options} />
      <LiveRegion sentence={useSentence(shown)} />
      {shown === undefined ? <EmptyRoom snapshot={snapshot} /> : <Transfers snapshot={snapshot} shown={shown} />}
      {dragged ? <DropShade snapshot={snapshot} options={options} /> : null}
    </div>
  );
}

function Transfers({ snapshot, shown }: { snapshot: TeacherSnapshot; shown: TransferView }) {
  const columns = useRef<HTMLDivElement>(null);
  const oneColumn = useNarrow(columns, TWO_COLUMNS_FROM);
  const { transfers } = snapshot;
  const queue = <QueueList queue={queueOf(transfers, shown)} snapshot={snapshot} />;
  return (
    <div className="send-columns" data-one={oneColumn} ref={columns}>
      <div className="send-main">
        <TransferPanel transfer={shown} snapshot={snapshot} />
        {/* What comes next stands before the long list of students, for the eye and for the keyboard. */}
        {oneColumn ? queue : null}
        {isQueued(shown) ? <FileList {...shown} /> : <Scorecard transfer={shown} />}
      </div>
      <div className="send-aside">
        {oneColumn ? null : queue}
        {isQueued(shown) ? null : (
          <>
            <Rounds rounds={shown.rounds} />
            <FileList {...shown} />
          </>
        )}
        <EarlierList transfers={earlierOf(transfers, shown)} />
      </div>
    </div>
  );
}

/** Changes with the state, never with a percentage. */
function useSentence(shown: TransferView | undefined): string {
  const { i18n } = useTranslation();
  if (shown === undefined) return '';
  return isOver(shown) ? closingSentence(shown, i18n) : capitalized(phaseInWords(shown, i18n));
}
