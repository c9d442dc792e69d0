import { ShieldQuestion } from 'lucide-react';
import { useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { FoundRoom } from '../../../src-shared/ipc/snapshots';
import { shortFingerprint } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { CodeField } from './code-field';
import { usePairing } from './use-pairing';

interface Props {
  readonly fresh: readonly FoundRoom[];
  readonly strangers: readonly FoundRoom[];
}

const ROOM_CHARS = 80;

/** Asks for the code of a room; one that only calls itself like a known room is never offered first. */
export function PairCard({ fresh, strangers }: Props) {
  const { t } = useTranslation('receive');
  const [chosen, setChosen] = useState('');
  const strange = strangers.find(({ fingerprint }) => fingerprint === chosen);
  const room = strange ?? fresh.find(({ fingerprint }) => fingerprint === chosen) ?? fresh[0];
  const waiting = strangers.filter((stranger) => stranger !== strange);
  return (
    <>
      {room === undefined ? null : (
        <section className="pair panel" aria-labelledby="pair-title">
          <h2 id="pair-title">{t('codeTitle')}</h2>
          {strange === undefined ? (
            <RoomChoice rooms={fresh} chosen={room.fingerprint} onChoose={setChosen} />
          ) : (
            <StrangeRoom room={strange} />
          )}
          {/* Another room is another try: nothing of the last one is kept. */}
          <CodeEntry key={room.fingerprint} room={room} />
        </section>
      )}
      {waiting.map((stranger) => (
        <Stranger key={stranger.fingerprint} room={stranger} onChoose={() => setChosen(stranger.fingerprint)} />
      ))}
    </>
  );
}

function CodeEntry({ room }: { room: FoundRoom }) {
  const { t } = useTranslation('receive');
  const { state, problem, onDigits } = usePairing({ fingerprint: room.fingerprint });
  return (
    <CodeField
      label={t('codeFor', { room: nameOf(room) })}
      hint={state === 'paired' ? t('codePaired') : t('codeDetail')}
      error={problem}
      busy={state === 'trying'}
      wantsFocus
      onDigits={onDigits}
    />
  );
}

interface ChoiceProps {
  readonly rooms: readonly FoundRoom[];
  readonly chosen: string;
  onChoose(fingerprint: string): void;
}

function RoomChoice({ rooms, chosen, onChoose }: ChoiceProps) {
  const { t } = useTranslation('receive');
  const [only] = rooms;
  if (rooms.length === 1 && only !== undefined) {
    return (
      <div className="room-line">
        <RoomFace room={only} />
      </div>
    );
  }
  return (
    <RadioGroup className="room-choice" value={chosen} onChange={onChoose}>
      <Label className="muted">{t('codeWhich')}</Label>
      {rooms.map((room) => (
        <Radio key={room.fingerprint} value={room.fingerprint} className="room-line room-radio">
          <RoomFace room={room} />
        </Radio>
      ))}
    </RadioGroup>
  );
}

/** A room's name and the address that the teacher's screen shows. */
export function RoomFace({ room }: { room: FoundRoom }) {
  return (
    <>
      <Avatar id={room.fingerprint} name={room.name} />
      <span className="room-text">
        <span className="room-name one-line">{nameOf(room)}</span>
        <span className="room-detail one-line muted number">{plainText(room.address, ROOM_CHARS)}</span>
      </span>
    </>
  );
}

function Stranger({ room, onChoose }: { room: FoundRoom; onChoose(): void }) {
  const { t } = useTranslation('receive');
  return (
    <section className="stranger panel" aria-label={t('stranger')}>
      <ShieldQuestion size={22} strokeWidth={1.75} aria-hidden="true" />
      <div className="stranger-text">
        <h2>{t('stranger')}</h2>
        <p className="muted">{t('strangerDetail', { room: nameOf(room) })}</p>
        <Button kind="quiet" onPress={onChoose}>
          {t('strangerPair')}
        </Button>
      </div>
    </section>
  );
}

function StrangeRoom({ room }: { room: FoundRoom }) {
  const { t } = useTranslation('receive');
  return (
    <div className="strange-room">
      <div className="room-line">
        <Avatar id={room.fingerprint} name={room.name} />
        <span className="room-text">
          <span className="room-name one-line">{nameOf(room)}</span>
          <span className="room-detail one-line muted mono">{shortFingerprint(room.fingerprint)}</span>
        </span>
      </div>
      <p className="strange-warning">{t('strangerChosen', { room: nameOf(room) })}</p>
    </div>
  );
}

function nameOf({ name }: FoundRoom): string {
  return plainText(name, ROOM_CHARS);
}
