import { FileMusic } from 'lucide-react';
import { strings } from '../../ui/strings';

/** Covers the window while files are dragged over it. */
export function DropShade({ students }: { students: number }) {
  return (
    <div className="drop-shade">
      <div className="drop-shade-card">
        <FileMusic className="tint" size={44} strokeWidth={1.5} aria-hidden="true" />
        <p className="drop-shade-title">{strings.send.dropNow}</p>
        <p className="muted">{strings.send.students(students)}</p>
      </div>
    </div>
  );
}
