import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { StudentView, TransferView } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { contentInWords } from '../../../src-shared/text/sentences';
import { titleOf } from '../../stores/transfer-selectors';
import { Cover } from '../../ui/cover';
import { clockTime } from '../player/clock-time';
import { musicSeconds } from './home-selectors';
import { audienceInWords } from './send-words';

interface Props {
  readonly transfer: TransferView;
  readonly students: readonly StudentView[];
  /** Its buttons. */
  readonly children?: ReactNode;
}

/** What a transfer is: its cover, its title, how much it is, and for whom. */
export function TransferHead({ transfer, students, children }: Props) {
  const { t, i18n } = useTranslation('send');
  const seconds = musicSeconds(transfer);
  const facts = [
    contentInWords(transfer, i18n),
    ...(seconds > 0 ? [t('music', { duration: clockTime(seconds) })] : []),
    transfer.audience === 'everyone'
      ? t('toEveryone')
      : t('toAudience', { who: audienceInWords(transfer.audience, students, i18n) }),
  ];
  return (
    <header className="transfer-head">
      <Cover image={transfer.covers[0]} size="large" />
      <div className="transfer-title">
        <Title transfer={transfer} />
        <p className="muted number">{facts.join(' · ')}</p>
      </div>
      {children}
    </header>
  );
}

function Title({ transfer }: { transfer: TransferView }) {
  const { t } = useTranslation();
  const { title, more } = titleOf(transfer.files);
  return (
    <h2 className="one-line">
      {plainText(title, 120)} {more > 0 ? <span className="and-more">{t('andMore', { count: more })}</span> : null}
    </h2>
  );
}
