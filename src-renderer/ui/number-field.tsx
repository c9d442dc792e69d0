import { NumberField as AriaNumberField, Input, Label } from 'react-aria-components';

interface Props {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Stands behind the number: "Mbit/s". */
  readonly unit?: string;
  readonly isDisabled?: boolean;
  /** Called when the person is done typing, with a value within the limits. */
  onChange(value: number): void;
}

/** As people type it: a port with a comma in it is no port. */
const UNGROUPED = { useGrouping: false };

/** A whole number; arrow keys count up and down. */
export function NumberField({ label, isLabelHidden = false, value, min, max, unit, isDisabled, onChange }: Props) {
  return (
    <AriaNumberField
      className="field number-field"
      value={value}
      minValue={min}
      maxValue={max}
      step={1}
      formatOptions={UNGROUPED}
      isDisabled={isDisabled ?? false}
      onChange={(number) => Number.isFinite(number) && onChange(number)}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
    >
      {isLabelHidden ? null : <Label>{label}</Label>}
      <div className="field-control">
        <Input autoComplete="off" />
        {unit === undefined ? null : <span className="field-unit">{unit}</span>}
      </div>
    </AriaNumberField>
  );
}
