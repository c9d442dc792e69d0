import { X } from 'lucide-react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { groupedCode } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { IconButton } from '../../ui/button';
import { PairingSteps } from './pairing-steps';
import './code.css';

interface Props {
  readonly name: string;
  readonly code: string;
  readonly isOpen: boolean;
  onClose(): void;
}

/** The code over the whole window, to be read from the last row of a classroom; Escape closes it. */
export function CodeStage({ name, code, isOpen, onClose }: Props) {
  const { t } = useTranslation(['classroom', 'common']);
  return (
    <ModalOverlay className="code-stage" isOpen={isOpen} onOpenChange={(open) => open || onClose()}>
      <Modal className="code-stage-modal">
        <Dialog className="code-stage-dialog">
          <Heading slot="title">{plainText(name, 80)}</Heading>
          <p className="code-stage-digits number selectable">{groupedCode(code)}</p>
          <PairingSteps room={name} />
          <div className="code-stage-close">
            <IconButton slot="close" icon={X} label={t('common:close')} autoFocus />
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
