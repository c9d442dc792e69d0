import { LoaderCircle, type LucideIcon, Power, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { NodeSnapshot } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { KnownRooms } from './known-rooms';
import { PairCard } from './pair-card';
import { roomsInReach, wantsCode } from './rooms';
import { useOnline } from './use-online';
import './connection.css';

const ROOM_CHARS = 80;

interface Props {
  readonly snapshot: NodeSnapshot;
  /** Whether there is music below: what is going on is said shortly then. */
  readonly compact: boolean;
}

/** While the student is in no room: what is going on, and the code that it takes. */
export function Connection({ snapshot, compact }: Props) {
  if (snapshot.connection === 'paused') return <Paused compact={compact} />;
  if (!wantsCode(snapshot)) return <Searching snapshot={snapshot} compact={compact} />;
  const { fresh, strangers } = roomsInReach(snapshot);
  return (
    <>
      {fresh.length === 0 ? <Searching snapshot={snapshot} compact /> : null}
      <PairCard fresh={fresh} strangers={strangers} />
    </>
  );
}

/** Rooms besides the one that the student is in or waits for, for those who ask. */
export function OtherRooms({ snapshot }: Pick<Props, 'snapshot'>) {
  const { known, fresh, strangers } = roomsInReach(snapshot);
  return (
    <>
      <PairCard fresh={fresh} strangers={strangers} />
      <KnownRooms rooms={known} />
    </>
  );
}

/** How many rooms there are for those who ask; 0 where they are in sight anyway. */
export function countOtherRooms(snapshot: NodeSnapshot): number {
  if (snapshot.connection === 'paused' || wantsCode(snapshot)) return 0;
  const { known, fresh, strangers } = roomsInReach(snapshot);
  return known.length + fresh.length + strangers.length;
}

function Searching({ snapshot: { connection, room }, compact }: { snapshot: NodeSnapshot; compact: boolean }) {
  const { t } = useTranslation('receive');
  const online = useOnline();
  const look = { icon: LoaderCircle, spins: true, compact };
  if (connection === 'connecting') {
    const name = plainText(room?.name || room?.address || '…', ROOM_CHARS);
    return <Standing {...look} title={t('connectingTo', { room: name })} detail="" />;
  }
  if (!online) {
    return <Standing icon={WifiOff} title={t('offline')} detail={t('offlineDetail')} compact={compact} />;
  }
  return <Standing {...look} title={t('searching')} detail={t('searchingDetail')} />;
}

function Paused({ compact }: { compact: boolean }) {
  const { t } = useTranslation('receive');
  return (
    <Standing icon={Power} title={t('paused')} detail={t('pausedDetail')} compact={compact}>
      <Button kind="primary" onPress={() => attempt(request('receive', { on: true }))}>
        {t('switchOn')}
      </Button>
    </Standing>
  );
}

interface StandingProps {
  readonly icon: LucideIcon;
  readonly spins?: boolean;
  readonly title: string;
  readonly detail: string;
  readonly compact: boolean;
  readonly children?: ReactNode;
}

/** How things stand, large where there is nothing else to see. */
function Standing({ icon: Icon, spins = false, title, detail, compact, children }: StandingProps) {
  return (
    <section className={compact ? 'standing standing-compact panel' : 'standing'}>
      <Icon className={spins ? 'spinner' : 'tint'} size={compact ? 20 : 32} strokeWidth={1.75} aria-hidden="true" />
      <div className="standing-text">
        <h2>{title}</h2>
        {detail === '' ? null : <p className="muted">{detail}</p>}
      </div>
      {children}
    </section>
  );
}
