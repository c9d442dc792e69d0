import { FileMusic } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TeacherSnapshot } from '../../../src-shared/ipc/snapshots';
import type { SendOptions } from './send-options';
import { recipientsInWords, startInWords } from './send-words';

/** Covers the window while files are dragged over it, and says to whom they go and when. */
export function DropShade({ snapshot, options }: { snapshot: TeacherSnapshot; options: SendOptions }) {
  const { t, i18n } = useTranslation('send');
  const who = recipientsInWords(options.audience, snapshot, i18n);
  return (
    <div className="drop-shade">
      <div className="drop-shade-card">
        <FileMusic className="tint" size={44} strokeWidth={1.5} aria-hidden="true" />
        <p className="drop-shade-title">{t('letGo')}</p>
        <p>{t('letGoTo', { who })}</p>
        <p className="muted">{startInWords(options.start, new Date(), i18n)}</p>
      </div>
    </div>
  );
}
