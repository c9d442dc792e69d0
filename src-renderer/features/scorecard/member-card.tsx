import { Check, CircleAlert, Unplug } from 'lucide-react';
import { memo, useRef } from 'react';
import type { MemberView } from '../../../src-shared/ipc/snapshots';
import { formatPercent, formatRate } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { memberInWords } from '../../../src-shared/text/sentences';
import { Avatar } from '../../ui/avatar';
import { capitalized, strings } from '../../ui/strings';
import { LossStrip } from '../loss-map/loss-strip';
import { useGlide } from './glide';

const words = strings.scorecard;

interface Props {
  readonly member: MemberView;
  /** Of the transmission under way. */
  readonly transmission: number;
  readonly sentCells: number;
}

/** One student: name, state in words, percent, speed, loss, and what it misses as a strip. */
export const MemberCard = memo(function MemberCard({ member, transmission, sentCells }: Props) {
  const card = useRef<HTMLLIElement>(null);
  useGlide(member.id, card);
  return (
    <li className="member" ref={card} data-state={member.state} data-testid="member">
      <Avatar id={member.id} name={member.name} />
      <div className="member-head">
        <span className="member-name one-line">{plainText(member.name, 80)}</span>
        <Standing member={member} />
      </div>
      <p className="member-state">{capitalized(memberInWords(member, transmission))}</p>
      {member.state === 'complete' ? null : <Details member={member} sentCells={sentCells} />}
    </li>
  );
});

/** A sign where it is over, the percentage while it runs. */
function Standing({ member }: { member: MemberView }) {
  if (member.state === 'complete') return <Check className="member-done" size={18} aria-hidden="true" />;
  if (member.state === 'failed') return <CircleAlert className="member-failed" size={18} aria-hidden="true" />;
  if (member.state === 'away') return <Unplug className="muted" size={18} aria-hidden="true" />;
  return <span className="member-percent number">{formatPercent(member.progress)}</span>;
}

function Details({ member, sentCells }: { member: MemberView; sentCells: number }) {
  return (
    <>
      <div className="member-strip">
        <LossStrip cells={member.lossMap} sentCells={sentCells} />
      </div>
      <p className="member-numbers number">
        <span>{member.rate > 0 ? formatRate(member.rate) : ''}</span>
        <span>{missingInWords(member)}</span>
        <span>{member.loss > 0 ? words.lost(member.loss) : ''}</span>
      </p>
    </>
  );
}

/** While the first transmission runs, what is still to come is not missing. */
function missingInWords({ state, missingBytes }: MemberView): string {
  return state === 'receiving' || missingBytes === 0 ? '' : words.missing(missingBytes);
}
