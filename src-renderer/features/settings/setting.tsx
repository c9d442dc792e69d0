import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Settings of one subject. */
export function SettingGroup({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="setting-group" aria-label={title}>
      <h2>{title}</h2>
      <div className="panel">{children}</div>
    </section>
  );
}

interface Props {
  readonly label: string;
  readonly detail?: string | undefined;
  /** The machine's policy holds it: it is shown, not changed. */
  readonly isFixed?: boolean;
  /** The control stands below its label, over the whole width. */
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

/** What is set, and beside it the control. */
export function Setting({ label, detail, isFixed = false, isWide = false, children }: Props) {
  return (
    <div className="setting" data-wide={isWide}>
      <div className="setting-text">
        <p className="setting-label">{label}</p>
        {detail === undefined ? null : <p className="setting-detail">{detail}</p>}
        {isFixed ? <FixedNote /> : null}
      </div>
      <div className="setting-control">{children}</div>
    </div>
  );
}

/** Says why a control cannot be used. */
export function FixedNote() {
  const { t } = useTranslation('settings');
  return (
    <p className="setting-fixed">
      <Lock size={14} aria-hidden="true" />
      {t('fixed')}
    </p>
  );
}
