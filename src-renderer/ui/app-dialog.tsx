import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

interface Props {
  readonly title: string;
  readonly isOpen: boolean;
  /** Its content, the buttons at its end in an element of class "dialog-actions". */
  readonly children: ReactNode;
  onClose(): void;
}

/** A small window over the others: name something, pick a few. */
export function AppDialog({ title, isOpen, children, onClose }: Props) {
  return (
    <ModalOverlay className="dialog-shade" isDismissable isOpen={isOpen} onOpenChange={(open) => open || onClose()}>
      <Modal>
        <Dialog className="dialog">
          <Heading slot="title">{title}</Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
