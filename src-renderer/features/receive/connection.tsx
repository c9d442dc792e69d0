import { Check, LoaderCircle, ShieldQuestion } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { FieldError, Form, Input, Label, TextField } from 'react-aria-components';
import type { FoundRoom, StudentSnapshot } from '../../../src-shared/ipc/snapshots';
import { shortFingerprint } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { strings } from '../../ui/strings';

const words = strings.receive;

/** While the student is in no room: which there are, whom to trust, and a field for an address. */
export function Connection({ snapshot, address }: { snapshot: StudentSnapshot; address: string | null }) {
  const { connection, room, found } = snapshot;
  const others = found.filter((other) => other.fingerprint !== room?.fingerprint);
  if (connection === 'connected') return others.length === 0 ? null : <RoomList rooms={others} />;
  return (
    <>
      {connection === 'untrusted' && room !== null ? <TrustQuestion room={room} /> : <Searching snapshot={snapshot} />}
      {others.length === 0 ? null : <RoomList rooms={others} />}
      <AddressField address={address} />
    </>
  );
}

function Searching({ snapshot: { connection, room } }: { snapshot: StudentSnapshot }) {
  const connecting = connection === 'connecting';
  return (
    <section className="searching">
      <LoaderCircle className="spinner" size={28} strokeWidth={1.75} aria-hidden="true" />
      <h2>{connecting ? words.connecting : words.searching}</h2>
      <p className="muted">{connecting ? plainText(room?.name ?? room?.address ?? '…', 80) : words.searchingDetail}</p>
    </section>
  );
}

function TrustQuestion({ room }: { room: FoundRoom }) {
  return (
    <section className="trust panel" aria-labelledby="trust-title">
      <ShieldQuestion className="tint" size={28} strokeWidth={1.75} aria-hidden="true" />
      <h2 id="trust-title">{words.untrusted}</h2>
      <p className="muted">{words.untrustedDetail}</p>
      <div className="trust-room">
        <Avatar id={room.fingerprint} name={room.name} />
        <div className="one-line">
          <p className="room-name one-line">{plainText(room.name, 80)}</p>
          <p className="mono selectable">{shortFingerprint(room.fingerprint)}</p>
        </div>
      </div>
      <Button kind="primary" icon={Check} onPress={() => trust(room)}>
        {words.trust}
      </Button>
    </section>
  );
}

function trust({ fingerprint }: FoundRoom): void {
  attempt(request('trust', { fingerprint }));
}

function RoomList({ rooms }: { rooms: readonly FoundRoom[] }) {
  return (
    <section className="rooms" aria-labelledby="rooms-title">
      <h2 id="rooms-title">{words.rooms}</h2>
      <ul>
        {rooms.map((room) => (
          <li key={`${room.fingerprint} ${room.address}:${room.port}`} className="room panel">
            <Avatar id={room.fingerprint} name={room.name} />
            <div className="room-text">
              <p className="room-name one-line">{plainText(room.name, 80)}</p>
              <p className="room-detail one-line muted mono">
                {shortFingerprint(room.fingerprint)} · {room.trusted ? words.trusted : words.notTrusted}
              </p>
            </div>
            <Button onPress={() => attempt(request('connect', { address: addressOf(room) }))}>{words.join}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function addressOf({ address, port }: FoundRoom): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function AddressField({ address }: { address: string | null }) {
  const [typed, setTyped] = useState(address ?? '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt(request('connect', { address: typed.trim() }));
  };
  return (
    <Form className="address" onSubmit={submit}>
      <TextField
        className="field"
        isRequired
        value={typed}
        onChange={setTyped}
        validate={(text) => (/^\S+:\d{1,5}$/.test(text.trim()) ? null : words.addressWrong)}
      >
        <Label>{words.addressLabel}</Label>
        <div className="address-row">
          <Input placeholder={words.addressPlaceholder} autoComplete="off" spellCheck="false" />
          <Button type="submit">{words.join}</Button>
        </div>
        <FieldError className="field-error" />
      </TextField>
      {address === null ? null : (
        <Button kind="quiet" onPress={() => attempt(request('connect', { address: null }))}>
          {words.searchAgain}
        </Button>
      )}
    </Form>
  );
}
