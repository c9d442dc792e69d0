import { memo } from 'react';
import type { MemberView, TransferView } from '../../../src-shared/ipc/snapshots';
import {
  completeCount,
  currentGroup,
  inFirstPass,
  lastRound,
  restOfGroup,
  sentCells,
} from '../../stores/transfer-selectors';
import { strings } from '../../ui/strings';
import { reachedCells } from '../loss-map/loss-cells';
import { MemberCard } from './member-card';
import './scorecard.css';

const words = strings.scorecard;

/** Everyone in the transfer, in two areas: who still misses something, and everybody else. */
export const Scorecard = memo(function Scorecard({ transfer }: { transfer: TransferView }) {
  const { permanent } = transfer;
  const current = currentGroup(permanent);
  const common = {
    transmission: lastRound(transfer)?.transmission ?? 0,
    sentCells: sentCells(transfer),
    firstPass: inFirstPass(transfer),
  };
  return (
    <div className="scorecard">
      <Area
        {...common}
        id="current-group"
        title={words.current}
        count={current.length}
        detail={words.currentDetail}
        empty={completeCount(permanent) === permanent.length ? words.allComplete : words.currentEmpty}
        members={current}
      />
      <Area
        {...common}
        id="permanent-group"
        title={words.permanent}
        count={permanent.length}
        detail={words.permanentDetail(permanent.length, current.length)}
        empty={words.permanentEmpty}
        members={restOfGroup(permanent)}
      />
    </div>
  );
});

interface AreaProps {
  readonly id: string;
  readonly title: string;
  readonly count: number;
  readonly detail: string;
  readonly empty: string;
  readonly members: readonly MemberView[];
  readonly transmission: number;
  readonly sentCells: number;
  readonly firstPass: boolean;
}

function Area({ id, title, count, detail, empty, members, transmission, sentCells: sent, firstPass }: AreaProps) {
  return (
    <section className="area" aria-labelledby={id} data-testid={id}>
      <header className="area-head">
        <h2 id={id}>{title}</h2>
        <span className="area-count number">{count}</span>
        <p className="muted">{detail}</p>
      </header>
      {members.length === 0 ? <p className="area-empty muted">{empty}</p> : null}
      <ul className="members">
        {members.map((member) => (
          <MemberCard
            key={member.id}
            member={member}
            transmission={transmission}
            sentCells={firstPass ? reachedCells(member.lossMap, 255, sent) : sent}
          />
        ))}
      </ul>
    </section>
  );
}
