import { TriangleAlert } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { goTo } from './navigation';

interface Props {
  readonly children: ReactNode;
}

/** A page that cannot be drawn takes nothing else with it: sending and receiving go on, and the window can be shown anew. */
export class CrashGuard extends Component<Props, { readonly isBroken: boolean }> {
  override readonly state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    return this.state.isBroken ? <Broken onRetry={this.#retry} /> : this.props.children;
  }

  readonly #retry = () => {
    goTo('send');
    this.setState({ isBroken: false });
  };
}

function Broken({ onRetry }: { onRetry(): void }) {
  const { t } = useTranslation('shell');
  return (
    <main className="whole-window">
      <div className="engine-failed panel" role="alert">
        <TriangleAlert className="tint-danger" size={28} strokeWidth={1.75} aria-hidden="true" />
        <h1>{t('brokenTitle')}</h1>
        <p className="muted">{t('brokenDetail')}</p>
        <div className="dialog-actions">
          <Button kind="primary" onPress={onRetry}>
            {t('brokenRetry')}
          </Button>
        </div>
      </div>
    </main>
  );
}
