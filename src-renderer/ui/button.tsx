import type { LucideIcon } from 'lucide-react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';

interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  readonly kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  readonly icon?: LucideIcon;
  readonly children: string;
}

export function Button({ kind = 'plain', icon: Icon, children, ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={`button button-${kind}`}>
      {Icon === undefined ? null : <Icon size={16} aria-hidden="true" />}
      <span>{children}</span>
    </AriaButton>
  );
}

/** A button that is a symbol; its label is read aloud and shown by the system's tooltip. */
export function IconButton({ icon: Icon, label, ...rest }: Omit<ButtonProps, 'children' | 'kind'> & IconLabel) {
  return (
    <AriaButton {...rest} className="button button-icon" aria-label={label}>
      <span className="button-face" title={label} aria-hidden="true">
        <Icon size={18} />
      </span>
    </AriaButton>
  );
}

interface IconLabel {
  readonly icon: LucideIcon;
  readonly label: string;
}
