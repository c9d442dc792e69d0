import { memo } from 'react';
import { hueOf, initialsOf } from './initials';

/** A person's initials on a colour of their own; decoration beside the name. */
export const Avatar = memo(function Avatar({ id, name }: { id: string; name: string }) {
  return (
    <span className="avatar" style={{ '--hue': hueOf(id) }} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
});
