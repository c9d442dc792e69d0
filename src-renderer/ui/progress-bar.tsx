import { ProgressBar as AriaProgressBar } from 'react-aria-components';

/** A share 0…1 as a bar. */
export function ProgressBar({ share, label }: { share: number; label: string }) {
  return (
    <AriaProgressBar className="progress" value={share * 100} aria-label={label}>
      <span className="progress-fill" style={{ '--share': share }} />
    </AriaProgressBar>
  );
}
