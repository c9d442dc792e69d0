import { Check, CircleAlert, CircleDashed, type LucideIcon } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChannelFileView } from '../../../src-shared/ipc/channel-views';
import { formatBytes } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { reasonInWords } from '../../../src-shared/text/reasons';
import { useDateFormat } from '../../ui/language';
import { ShortList } from '../../ui/short-list';

const SHOWN = 4;
const PATH_CHARS = 160;

const ICONS: Readonly<Record<ChannelFileView['state'], LucideIcon>> = {
  sending: CircleDashed,
  arriving: CircleDashed,
  sent: Check,
  complete: Check,
  failed: CircleAlert,
};

/** The files of a channel, newest first. */
export const ChannelFiles = memo(function ChannelFiles({ files }: { files: readonly ChannelFileView[] }) {
  const { t } = useTranslation('channels');
  if (files.length === 0) return null;
  return (
    <section className="channel-part">
      <h4>{t('files')}</h4>
      <ShortList
        label={t('files')}
        items={files}
        limit={SHOWN}
        className="channel-rows"
        keyOf={({ path, at }) => `${at} ${path}`}
      >
        {(file) => <File file={file} />}
      </ShortList>
    </section>
  );
});

function File({ file: { path, bytes, at, state, why } }: { file: ChannelFileView }) {
  const { t, i18n } = useTranslation('channels');
  const time = useDateFormat({ hour: 'numeric', minute: '2-digit' }).format(at);
  const Icon = ICONS[state];
  return (
    <li className="channel-row" data-state={state} data-testid="channel-file">
      <Icon className={state === 'failed' ? 'tint-danger' : 'tint'} size={16} aria-hidden="true" />
      <div className="channel-row-text">
        <p className="one-line">{plainText(path, PATH_CHARS)}</p>
        {why === undefined ? null : <p className="channel-row-why">{reasonInWords(why, i18n)}</p>}
      </div>
      <p className="muted number">
        {formatBytes(bytes, i18n)} · {time} · {t(`file.${state}`)}
      </p>
    </li>
  );
}
