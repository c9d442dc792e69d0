import { memo } from 'react';
import { Avatar } from '../../ui/avatar';
import {
  MemberHelp,
  MemberNumbers,
  type MemberProps,
  MemberState,
  MemberStrip,
  memberName,
  Standing,
} from './member-parts';

/** One student of many: the same as a card in one row. */
export const MemberRow = memo(function MemberRow(props: MemberProps) {
  const { member } = props;
  return (
    <div className="member-row" data-state={member.state} data-testid="member">
      <Avatar id={member.id} name={member.name} />
      <span className="member-name one-line">{memberName(member)}</span>
      <MemberState {...props} />
      {member.state === 'complete' ? null : (
        <>
          <MemberStrip {...props} />
          <MemberNumbers member={member} />
          <MemberHelp {...props} />
        </>
      )}
      <Standing member={member} />
    </div>
  );
});
