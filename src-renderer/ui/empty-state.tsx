import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface Props {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly detail: string;
  /** What to do about it: buttons. */
  readonly children?: ReactNode;
}

/** A place that has nothing to show yet, and how it gets something. */
export function EmptyState({ icon: Icon, title, detail, children }: Props) {
  return (
    <section className="empty-state">
      <Icon size={44} strokeWidth={1.25} aria-hidden="true" />
      <h2>{title}</h2>
      <p className="muted">{detail}</p>
      {children === undefined ? null : <div className="empty-state-actions">{children}</div>}
    </section>
  );
}
