import { Music } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../ui/empty-state';

/** In a room, and nothing was ever sent. */
export function NothingYet() {
  const { t } = useTranslation('receive');
  return <EmptyState icon={Music} title={t('nothingTitle')} detail={t('nothingDetail')} />;
}
