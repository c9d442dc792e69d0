import { useTranslation } from 'react-i18next';
import type { IncomingView } from '../../../src-shared/ipc/snapshots';
import { moreThanTitle, setTitle } from './received-rows';

/** A transfer's name, and how many files more it is. */
export function SetName({ transfer }: { transfer: IncomingView }) {
  const { t } = useTranslation();
  const more = moreThanTitle(transfer);
  return (
    <>
      {setTitle(transfer)} {more > 0 ? <span className="and-more">{t('andMore', { count: more })}</span> : null}
    </>
  );
}
