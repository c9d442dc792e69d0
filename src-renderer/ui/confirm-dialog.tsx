import type { ReactElement } from 'react';
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Button } from './button';

interface Question {
  readonly title: string;
  readonly detail: string;
  /** What the button does, as a verb: "Un-pair". */
  readonly confirm: string;
  /** What leaving things as they are is called, where "Cancel" would be ambiguous. */
  readonly keep?: string;
  /** It cannot be undone. */
  readonly danger?: boolean;
  onConfirm(): void;
}

interface Triggered extends Question {
  /** The button that asks. */
  readonly trigger: ReactElement;
}

interface Opened extends Question {
  readonly isOpen: boolean;
  onClose(): void;
}

/** Asks before something that matters; Escape and a click beside it leave things as they are. */
export function ConfirmDialog(props: Triggered | Opened) {
  if ('trigger' in props) {
    return (
      <DialogTrigger>
        {props.trigger}
        <Overlay question={props} />
      </DialogTrigger>
    );
  }
  return <Overlay question={props} isOpen={props.isOpen} onOpenChange={(open) => open || props.onClose()} />;
}

interface OverlayProps {
  readonly question: Question;
  readonly isOpen?: boolean;
  onOpenChange?(open: boolean): void;
}

function Overlay({ question, ...state }: OverlayProps) {
  const { t } = useTranslation();
  const { title, detail, confirm, keep = t('cancel'), danger = false, onConfirm } = question;
  return (
    <ModalOverlay className="dialog-shade" isDismissable {...state}>
      <Modal>
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title">{title}</Heading>
          <p className="muted">{detail}</p>
          <div className="dialog-actions">
            <Button slot="close" autoFocus>
              {keep}
            </Button>
            <Button slot="close" kind={danger ? 'danger' : 'primary'} onPress={onConfirm}>
              {confirm}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
