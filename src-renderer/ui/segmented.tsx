import type { LucideIcon } from 'lucide-react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';

interface Segment<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly icon?: LucideIcon;
}

interface Props<T extends string> {
  /** What is chosen, read aloud. */
  readonly label: string;
  readonly value: T;
  readonly options: readonly Segment<T>[];
  readonly isDisabled?: boolean;
  onChange(value: T): void;
}

/** One of two or three that are all in sight. */
export function Segmented<T extends string>({ label, value, options, isDisabled = false, onChange }: Props<T>) {
  const choose = (keys: Set<unknown>) => {
    const chosen = options.find(({ id }) => keys.has(id));
    // What is chosen already comes as well when it is pressed once more.
    if (chosen !== undefined && chosen.id !== value) onChange(chosen.id);
  };
  return (
    <ToggleButtonGroup
      className="segmented"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={choose}
      isDisabled={isDisabled}
    >
      {options.map(({ id, label: text, icon: Icon }) => (
        <ToggleButton key={id} id={id} className="segment">
          {Icon === undefined ? null : <Icon size={16} aria-hidden="true" />}
          {text}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
