import { FolderPlus, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TeacherSnapshot } from '../../../src-shared/ipc/snapshots';
import { Button, IconButton } from '../../ui/button';
import { AudiencePicker } from './audience-picker';
import { choose } from './send-now';
import type { SendOptions } from './send-options';
import { dropInWords } from './send-words';
import { StartPicker } from './start-picker';

/** To whom the next music goes and when it starts, and what a drop does therefore. */
export function SendBar({ snapshot, options }: { snapshot: TeacherSnapshot; options: SendOptions }) {
  const { t, i18n } = useTranslation('send');
  return (
    <section className="send-bar panel" aria-label={t('optionsLabel')}>
      <div className="send-bar-controls">
        <AudiencePicker audience={options.audience} students={snapshot.students} groups={snapshot.groups} />
        <StartPicker start={options.start} students={snapshot.students.length} />
        <div className="send-bar-buttons">
          <IconButton icon={FolderPlus} label={t('sendFolder')} onPress={() => choose('folders')} />
          <Button kind="primary" icon={Plus} onPress={() => choose('files')}>
            {t('sendFiles')}
          </Button>
        </div>
      </div>
      <p className="send-bar-sentence muted number">{dropInWords(options, snapshot, new Date(), i18n)}</p>
    </section>
  );
}
