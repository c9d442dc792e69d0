import { FileMusic } from 'lucide-react';
import type { RoomView, TeacherSnapshot } from '../../../src-shared/ipc/snapshots';
import { shortFingerprint } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { strings } from '../../ui/strings';

const words = strings.send;
const modifier = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl';

/** Before the first transfer: where to drop, and who is there. */
export function EmptyRoom({ snapshot }: { snapshot: TeacherSnapshot }) {
  return (
    <main className="empty-room">
      <section className="drop-here">
        <FileMusic className="tint" size={52} strokeWidth={1.25} aria-hidden="true" />
        <h2>{words.dropTitle}</h2>
        <p className="muted drop-here-detail">{words.dropDetail}</p>
        <div className="drop-here-actions">
          <Button kind="primary" onPress={() => attempt(request('choose', { kind: 'files' }))}>
            {words.sendFiles}
          </Button>
          <Button onPress={() => attempt(request('choose', { kind: 'folders' }))}>{words.sendFolder}</Button>
        </div>
        <p className="muted drop-here-keys">{words.keys(modifier)}</p>
      </section>
      {snapshot.students.length === 0 ? <NobodyYet room={snapshot.room} /> : <InTheRoom students={snapshot.students} />}
    </main>
  );
}

function NobodyYet({ room }: { room: RoomView | null }) {
  return (
    <section className="waiting panel">
      <h2>{words.waitingTitle}</h2>
      <p className="muted">{words.waitingDetail}</p>
      {room === null ? null : <RoomFacts room={room} />}
    </section>
  );
}

function RoomFacts({ room }: { room: RoomView }) {
  return (
    <dl className="room-facts">
      <div>
        <dt className="muted">{words.fingerprint}</dt>
        <dd className="mono selectable">{shortFingerprint(room.fingerprint)}</dd>
      </div>
      <div>
        <dt className="muted">{words.address}</dt>
        <dd className="mono selectable">
          {room.address.includes(':') ? `[${room.address}]` : room.address}:{room.port}
        </dd>
      </div>
    </dl>
  );
}

function InTheRoom({ students }: { students: TeacherSnapshot['students'] }) {
  return (
    <section className="in-the-room">
      <h2>{words.inTheRoom}</h2>
      <ul>
        {students.map(({ id, name, ip }) => (
          <li key={id} className="person" title={ip} data-testid="person">
            <Avatar id={id} name={name} />
            <span className="one-line">{plainText(name, 80)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
