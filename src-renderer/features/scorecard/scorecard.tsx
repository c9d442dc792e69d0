import { memo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { MemberView, TransferView } from '../../../src-shared/ipc/snapshots';
import {
  completeCount,
  currentGroup,
  inFirstPass,
  isOver,
  lastRound,
  restOfGroup,
  sentCells,
} from '../../stores/transfer-selectors';
import { useRovingFocus } from '../../ui/roving-focus';
import { VirtualList } from '../../ui/virtual-list';
import { MemberCard } from './member-card';
import type { MemberProps } from './member-parts';
import { MemberRow } from './member-row';
import { useNarrow } from './use-narrow';
import './scorecard.css';

/** More students than this are shown as rows: a screen of cards is a class, not a school. */
const MAX_CARDS = 40;
/** Pixels below which a row has its strip and its numbers in lines of their own, and the heights of the two kinds. */
const NARROW_BELOW = 560;
const ROW_HEIGHT = 48;
const NARROW_ROW_HEIGHT = 96;

type Common = Omit<MemberProps, 'member'>;

/** Everyone in the transfer, in two areas: who still misses something, and everybody else. */
export const Scorecard = memo(function Scorecard({ transfer }: { transfer: TransferView }) {
  const { t } = useTranslation('send');
  const { permanent } = transfer;
  const current = currentGroup(permanent);
  const count = permanent.length;
  const dense = count > MAX_CARDS;
  const common: Common = {
    transfer: transfer.id,
    transmission: lastRound(transfer)?.transmission ?? 0,
    sentCells: sentCells(transfer),
    firstPass: inFirstPass(transfer),
  };
  return (
    <div className="scorecard">
      {isOver(transfer) && current.length === 0 ? null : (
        <Area
          id="current-group"
          title={t('scorecard.current')}
          count={current.length}
          detail={t('scorecard.currentDetail')}
          empty={emptyCurrent()}
          {...{ members: current, dense, common }}
        />
      )}
      <Area
        id="permanent-group"
        title={t('scorecard.permanent')}
        count={count}
        detail={
          current.length === 0
            ? t('scorecard.everyone')
            : t('scorecard.permanentDetail', { current: current.length, count })
        }
        empty={t('scorecard.permanentEmpty')}
        {...{ members: restOfGroup(permanent), dense, common }}
      />
    </div>
  );

  function emptyCurrent(): string {
    if (count === 0) return t('scorecard.nobodyYet');
    return completeCount(permanent) === count ? t('scorecard.allComplete') : t('scorecard.currentEmpty');
  }
});

interface AreaProps {
  readonly id: string;
  readonly title: string;
  readonly count: number;
  readonly detail: string;
  readonly empty: string;
  readonly members: readonly MemberView[];
  readonly dense: boolean;
  readonly common: Common;
}

function Area({ id, title, count, detail, empty, members, dense, common }: AreaProps) {
  const List = dense ? Rows : Cards;
  return (
    <section className="area" aria-labelledby={id} data-testid={id}>
      <header className="area-head">
        <h2 id={id}>{title}</h2>
        <span className="area-count number">{count}</span>
        <p className="muted">{detail}</p>
      </header>
      {members.length === 0 ? (
        <p className="area-empty muted">{empty}</p>
      ) : (
        <List label={title} members={members} common={common} />
      )}
    </section>
  );
}

interface ListProps {
  readonly label: string;
  readonly members: readonly MemberView[];
  readonly common: Common;
}

function Cards({ label, members, common }: ListProps) {
  const list = useRef<HTMLUListElement>(null);
  const { active, ...handlers } = useRovingFocus(list, members.length);
  return (
    <ul className="members" aria-label={label} ref={list} {...handlers}>
      {members.map((member, index) => (
        <MemberCard key={member.id} member={member} index={index} isStop={index === active} {...common} />
      ))}
    </ul>
  );
}

function Rows({ label, members, common }: ListProps) {
  const box = useRef<HTMLDivElement>(null);
  const narrow = useNarrow(box, NARROW_BELOW);
  return (
    <div className="member-box panel" ref={box}>
      <VirtualList
        label={label}
        items={members}
        rowHeight={narrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT}
        className="member-rows"
        keyOf={({ id }) => id}
      >
        {(member) => <MemberRow member={member} {...common} />}
      </VirtualList>
    </div>
  );
}
