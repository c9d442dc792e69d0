import { FolderClock, HardDriveDownload, Network, Rss, Send, Settings, Users } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Logo } from '../../ui/logo';
import { goTo, PAGES, type Page, useNavigation } from './navigation';

const MODIFIER = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl+';
const ICONS = {
  send: Send,
  class: Users,
  library: FolderClock,
  channels: Rss,
  devices: HardDriveDownload,
  network: Network,
  settings: Settings,
} as const;

/** Where one can go; a number stands at the class while strangers are at the door. */
export function Rail({ strangers }: { strangers: number }) {
  const { t } = useTranslation('shell');
  const current = useNavigation(({ page }) => page);
  return (
    <nav className="rail" aria-label={t('navigation')}>
      <Logo size={36} />
      <ul>
        {PAGES.map((page) => (
          <RailItem key={page} page={page} isCurrent={page === current} count={page === 'class' ? strangers : 0} />
        ))}
      </ul>
    </nav>
  );
}

function RailItem({ page, isCurrent, count }: { page: Page; isCurrent: boolean; count: number }) {
  const { t } = useTranslation('shell');
  const Icon = ICONS[page];
  const number = PAGES.indexOf(page) + 1;
  return (
    <li>
      <button
        type="button"
        className="rail-item"
        aria-current={isCurrent ? 'page' : undefined}
        aria-keyshortcuts={`Control+${number} Meta+${number}`}
        title={`${MODIFIER}${number}`}
        onClick={() => goTo(page)}
      >
        <span className="rail-icon">
          <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
          {count > 0 ? (
            <span className="rail-badge number">
              <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
              <span className="hidden-visually">{t('strangers', { count })}</span>
            </span>
          ) : null}
        </span>
        <span className="rail-label">{t(page)}</span>
      </button>
    </li>
  );
}
