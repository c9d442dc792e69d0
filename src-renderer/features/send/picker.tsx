import { ChevronDown } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { Button, DialogTrigger, Popover } from 'react-aria-components';
import '../../ui/popover.css';
import './picker.css';

interface Props {
  /** What is chosen: "To". */
  readonly label: string;
  /** The choice: "Everyone". */
  readonly value: string;
  /** What the open popover is called. */
  readonly title: string;
  readonly children: (close: () => void) => ReactNode;
}

/** A button that says what is chosen and opens the place where it is changed. */
export function Picker({ label, value, title, children }: Props) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <span className="picker">
        <span className="picker-label" id={`${id}-label`}>
          {label}
        </span>
        <Button className="select-button picker-button" aria-labelledby={`${id}-label ${id}-value`}>
          <span className="one-line" id={`${id}-value`}>
            {value}
          </span>
          <ChevronDown size={16} aria-hidden="true" />
        </Button>
      </span>
      <Popover className="popover picker-popover" placement="bottom start" aria-label={title}>
        <div className="picker-content">{children(() => setOpen(false))}</div>
      </Popover>
    </DialogTrigger>
  );
}
