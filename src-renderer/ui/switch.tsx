import { Switch as AriaSwitch } from 'react-aria-components';

interface Props {
  readonly label: string;
  readonly detail?: string | undefined;
  readonly checked: boolean;
  readonly isDisabled?: boolean;
  onChange(checked: boolean): void;
}

/** On or off, at once. */
export function Switch({ label, detail, checked, isDisabled = false, onChange }: Props) {
  return (
    <AriaSwitch className="switch" isSelected={checked} isDisabled={isDisabled} onChange={onChange}>
      <span className="switch-text">
        <span className="switch-label">{label}</span>
        {detail === undefined ? null : <span className="switch-detail">{detail}</span>}
      </span>
      <span className="switch-track">
        <span className="switch-thumb" />
      </span>
    </AriaSwitch>
  );
}
