import { ShieldAlert, UserPlus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { StrangerView } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';

/** More than these at once is a whole class that is not paired yet: the code is what helps them all. */
const MAX_SHOWN = 4;

interface Props {
  readonly strangers: readonly StrangerView[];
  /** New students may come in. */
  readonly isOpen: boolean;
}

/** Devices that want in without being paired: who they say they are, and what to do. */
export function Strangers({ strangers, isOpen }: Props) {
  const { t } = useTranslation(['classroom', 'common']);
  if (strangers.length === 0) return null;
  const shown = [...strangers].sort((a, b) => Number(b.sameName) - Number(a.sameName)).slice(0, MAX_SHOWN);
  const more = strangers.length - shown.length;
  return (
    <section className="strangers" aria-labelledby="strangers-title">
      <h2 id="strangers-title">
        {t('strangers')} <span className="count number">{strangers.length}</span>
      </h2>
      <ul>
        {shown.map((stranger) => (
          <Stranger key={stranger.id} stranger={stranger} isOpen={isOpen} />
        ))}
      </ul>
      {more > 0 ? <p className="muted number">{t('common:andMore', { count: more })}</p> : null}
    </section>
  );
}

function detailOf(sameName: boolean, isOpen: boolean) {
  if (sameName) return isOpen ? 'sameNameDetail' : 'sameNameClosed';
  return isOpen ? 'unknownDetail' : 'unknownClosed';
}

function Stranger({ stranger: { name, ip, sameName }, isOpen }: { stranger: StrangerView; isOpen: boolean }) {
  const { t } = useTranslation('classroom');
  const Icon = sameName ? ShieldAlert : UserPlus;
  const called = { name: plainText(name, 60) };
  return (
    <li className="at-door panel" data-warn={sameName}>
      <Icon className={sameName ? 'tint-danger' : 'tint'} size={22} strokeWidth={1.75} aria-hidden="true" />
      <div>
        <p className="at-door-title">{t(sameName ? 'sameName' : 'unknown', called)}</p>
        <p className="muted">{t(detailOf(sameName, isOpen))}</p>
        <p className="muted mono selectable">{plainText(ip, 60)}</p>
      </div>
    </li>
  );
}
