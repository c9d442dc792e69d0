import { Check, Minus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Checkbox as AriaCheckbox } from 'react-aria-components';

interface Props {
  readonly checked: boolean;
  /** Some, but not all, of what it stands for. */
  readonly indeterminate?: boolean;
  readonly isDisabled?: boolean;
  /** Its label. */
  readonly children: ReactNode;
  onChange(checked: boolean): void;
}

/** Picked or not. */
export function Checkbox({ checked, indeterminate = false, isDisabled = false, children, onChange }: Props) {
  const Mark = indeterminate ? Minus : Check;
  return (
    <AriaCheckbox
      className="checkbox"
      isSelected={checked}
      isIndeterminate={indeterminate}
      isDisabled={isDisabled}
      onChange={onChange}
    >
      <span className="checkbox-box">
        {checked || indeterminate ? <Mark size={14} strokeWidth={3} aria-hidden="true" /> : null}
      </span>
      {children}
    </AriaCheckbox>
  );
}
