import { Check, ChevronDown } from 'lucide-react';
import {
  Select as AriaSelect,
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
} from 'react-aria-components';
import './popover.css';

interface SelectOption<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly detail?: string | undefined;
}

interface Props<T extends string> {
  readonly label: string;
  /** Where the label stands elsewhere already, it is only read aloud. */
  readonly isLabelHidden?: boolean;
  readonly value: T;
  readonly options: readonly SelectOption<T>[];
  readonly isDisabled?: boolean;
  onChange(value: T): void;
}

/** One of several, in a list that opens. */
export function Select<T extends string>({ label, isLabelHidden, value, options, isDisabled, onChange }: Props<T>) {
  const choose = (key: unknown) => {
    const chosen = options.find(({ id }) => id === key);
    if (chosen !== undefined) onChange(chosen.id);
  };
  return (
    <AriaSelect
      className="select"
      value={value}
      onChange={choose}
      isDisabled={isDisabled ?? false}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
    >
      {isLabelHidden ? null : <Label>{label}</Label>}
      <Button className="select-button">
        <SelectValue className="one-line">{options.find(({ id }) => id === value)?.label ?? ''}</SelectValue>
        <ChevronDown size={16} aria-hidden="true" />
      </Button>
      <Popover className="popover">
        <ListBox className="option-list" items={options}>
          {(option) => <OptionRow option={option} />}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

function OptionRow({ option: { id, label, detail } }: { option: SelectOption<string> }) {
  return (
    <ListBoxItem id={id} textValue={label} className="option">
      {({ isSelected }) => (
        <>
          <span className="option-mark">{isSelected ? <Check size={16} aria-hidden="true" /> : null}</span>
          <Text slot="label" className="option-label">
            {label}
          </Text>
          {detail === undefined ? null : (
            <Text slot="description" className="option-detail">
              {detail}
            </Text>
          )}
        </>
      )}
    </ListBoxItem>
  );
}
