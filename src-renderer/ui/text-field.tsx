import { TextField as AriaTextField, FieldError, Input, Label, Text } from 'react-aria-components';

interface Props {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly value: string;
  /** What is wrong with the value, in one sentence; read aloud. */
  readonly error?: string | undefined;
  readonly hint?: string | undefined;
  readonly placeholder?: string;
  readonly maxLength?: number;
  readonly inputMode?: 'text' | 'numeric';
  readonly autoFocus?: boolean;
  readonly isDisabled?: boolean;
  onChange(value: string): void;
  /** The person is done with it for now. */
  onBlur?(): void;
  /** The person gives up what was typed. */
  onEscape?(): void;
}

export function TextField(props: Props) {
  const { label, isLabelHidden = false, error, hint, placeholder, autoFocus = false, isDisabled = false } = props;
  return (
    <AriaTextField
      className="field"
      value={props.value}
      onChange={props.onChange}
      onBlur={() => props.onBlur?.()}
      onKeyDown={(event) => {
        if (event.key === 'Escape') props.onEscape?.();
        // A dialog around it closes on Escape, a form is sent on Enter.
        event.continuePropagation();
      }}
      isInvalid={error !== undefined}
      isDisabled={isDisabled}
      autoFocus={autoFocus}
      maxLength={props.maxLength ?? 500}
      inputMode={props.inputMode ?? 'text'}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
    >
      {isLabelHidden ? null : <Label>{label}</Label>}
      <Input autoComplete="off" spellCheck="false" placeholder={placeholder ?? ''} />
      {hint === undefined || error !== undefined ? null : (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </AriaTextField>
  );
}
