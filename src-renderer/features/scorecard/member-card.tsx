import { memo, useRef } from 'react';
import { Avatar } from '../../ui/avatar';
import { useGlide } from './glide';
import {
  MemberHelp,
  MemberNumbers,
  type MemberProps,
  MemberState,
  MemberStrip,
  memberName,
  Standing,
} from './member-parts';

interface Props extends MemberProps {
  /** Its place in the list, and whether the Tab key goes to it. */
  readonly index: number;
  readonly isStop: boolean;
}

/** One student with room to breathe: name, state in words, percent, speed, loss, and what it misses as a strip. */
export const MemberCard = memo(function MemberCard({ index, isStop, ...props }: Props) {
  const card = useRef<HTMLLIElement>(null);
  const { member } = props;
  useGlide(member.id, card);
  return (
    <li
      className="member"
      ref={card}
      tabIndex={isStop ? 0 : -1}
      data-index={index}
      data-state={member.state}
      data-testid="member"
    >
      <Avatar id={member.id} name={member.name} />
      <div className="member-head">
        <span className="member-name one-line">{memberName(member)}</span>
        <Standing member={member} />
      </div>
      <MemberState {...props} />
      {member.state === 'complete' ? null : (
        <div className="member-details">
          <MemberStrip {...props} />
          <MemberNumbers member={member} />
          <MemberHelp {...props} />
        </div>
      )}
    </li>
  );
});
