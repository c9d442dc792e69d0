import { type ChangeEvent, useId, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reasonInWords } from '../../../src-shared/text/reasons';
import { CODE_DIGITS, caretAfter, digitsAfterEdit, digitsOf, groupDigits } from './code-entry';

interface Props {
  /** Read aloud: what the eye needs to know stands beside the field. */
  readonly label: string;
  readonly error: string | null;
  /** Under the field while nothing is wrong. */
  readonly hint: string;
  /** The code is being tried: it is not changed meanwhile. */
  readonly busy: boolean;
  /** Takes the keyboard as soon as it is there, unless the person is busy elsewhere. */
  readonly wantsFocus: boolean;
  /** Every change; a code is complete with eight digits. */
  onDigits(digits: string): void;
}

/** One large field for the code: typed or pasted, shown as "1234 5678". */
export function CodeField({ label, error, hint, busy, wantsFocus, onDigits }: Props) {
  const { t, i18n } = useTranslation('receive');
  const errorInWords = error === null ? undefined : reasonInWords(error, i18n);
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [digits, setDigits] = useState('');
  const [caret, setCaret] = useState(0);

  useLayoutEffect(() => {
    // Regrouping would put the caret at the end.
    if (input.current === document.activeElement) input.current?.setSelectionRange(caret, caret);
  }, [caret]);

  useLayoutEffect(() => {
    if (wantsFocus && document.activeElement === document.body) input.current?.focus();
  }, [wantsFocus]);

  useLayoutEffect(() => {
    // What was wrong is typed over.
    if (error === null) return;
    input.current?.focus();
    input.current?.select();
  }, [error]);

  const change = ({ target: { value, selectionStart } }: ChangeEvent<HTMLInputElement>) => {
    const now = digitsAfterEdit(digits, value);
    const behind = digitsOf(value.slice(selectionStart ?? value.length)).length;
    setDigits(now);
    setCaret(caretAfter(Math.max(0, now.length - behind)));
    onDigits(now);
  };

  return (
    <div className="code-field">
      <input
        ref={input}
        aria-label={label}
        className="code-input number"
        inputMode="numeric"
        autoComplete="one-time-code"
        spellCheck={false}
        placeholder="0000 0000"
        // One digit more than fits would be cut by the browser before it is read; pasted text brings spaces.
        maxLength={CODE_DIGITS * 8}
        value={groupDigits(digits)}
        onChange={change}
        readOnly={busy}
        aria-busy={busy}
        aria-invalid={error !== null}
        aria-describedby={`${id}-about`}
      />
      <p
        id={`${id}-about`}
        className={error === null ? 'field-hint' : 'field-error'}
        role={error === null ? undefined : 'alert'}
      >
        {errorInWords ?? (busy ? t('codeChecking') : hint)}
      </p>
    </div>
  );
}
