import { ChevronRight, CircleAlert, CircleCheck, Download } from 'lucide-react';
import { Button as AriaButton, Disclosure, DisclosurePanel } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { contentInWords } from '../../../src-shared/text/sentences';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { ActionMenu } from '../../ui/action-menu';
import { useDateFormat } from '../../ui/language';
import { EntryDetails } from './entry-details';
import { completeOf, titleOfEntry } from './history-list';

interface Props {
  readonly entry: HistoryEntry;
  readonly isOpen: boolean;
  onToggle(isOpen: boolean): void;
}

/** A transfer that is over, in one line; opened, with everybody and everything in it. */
export function EntryCard({ entry, isOpen, onToggle }: Props) {
  const { t } = useTranslation('library');
  const title = useTitle(entry);
  const exportAs = (format: 'csv' | 'json') => attempt(request('exportHistory', { format, transfer: entry.id }));
  return (
    <Disclosure className="entry panel" isExpanded={isOpen} onExpandedChange={onToggle} data-testid="history-entry">
      <div className="entry-head">
        <AriaButton slot="trigger" className="entry-trigger">
          <ChevronRight className="entry-chevron" size={18} aria-hidden="true" />
          <Summary entry={entry} title={title} />
        </AriaButton>
        <ActionMenu
          label={t('entryActions', { title })}
          items={[
            { id: 'csv', label: t('exportCsv'), icon: Download, onAction: () => exportAs('csv') },
            { id: 'json', label: t('exportJson'), icon: Download, onAction: () => exportAs('json') },
          ]}
        />
      </div>
      <DisclosurePanel>{isOpen ? <EntryDetails entry={entry} /> : null}</DisclosurePanel>
    </Disclosure>
  );
}

function Summary({ entry, title }: { entry: HistoryEntry; title: string }) {
  const { i18n } = useTranslation();
  const time = useDateFormat({ hour: 'numeric', minute: '2-digit' }).format(entry.createdAt);
  const outcome = useOutcome(entry);
  const isGood = entry.failure === undefined && completeOf(entry).length === entry.members.length;
  const Icon = isGood ? CircleCheck : CircleAlert;
  return (
    <>
      <span className="entry-text">
        <span className="entry-title one-line">{title}</span>
        <span className="muted number one-line">
          {time} · {contentInWords(entry, i18n)}
        </span>
      </span>
      <span className="entry-outcome number">
        <Icon className={isGood ? 'tint' : 'tint-danger'} size={18} aria-hidden="true" />
        <span>{outcome}</span>
      </span>
    </>
  );
}

/** How it went, in a few words. */
function useOutcome(entry: HistoryEntry): string {
  const { t } = useTranslation('library');
  const all = entry.members.length;
  const complete = completeOf(entry).length;
  if (entry.failure !== undefined) return t('stopped');
  if (all === 0) return t('nobody');
  return complete === all ? t('allHave', { count: all }) : t('someHave', { complete, all });
}

function useTitle(entry: HistoryEntry): string {
  const { t } = useTranslation();
  const { title, more } = titleOfEntry(entry);
  const plain = plainText(title, 120);
  return more > 0 ? `${plain} ${t('andMore', { count: more })}` : plain;
}
