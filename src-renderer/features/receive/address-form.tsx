import { ChevronRight } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { plainText } from '../../../src-shared/text/plain-text';
import { reasonInWords } from '../../../src-shared/text/reasons';
import { RequestError, request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';
import { CODE_DIGITS, digitsOf } from './code-entry';

const ADDRESS_CHARS = 80;
/** What looks like an address at all; whether it is one, the main process decides. */
const ADDRESS = /^\S+:\d{1,5}$/;

/** The way in where the room is not announced on the network: its address, and once its code. */
export function AddressForm({ address }: { address: string | null }) {
  const { t } = useTranslation('receive');
  return (
    <Disclosure className="not-listed" defaultExpanded={address !== null}>
      <Heading level={2}>
        <AriaButton slot="trigger" className="button button-quiet not-listed-button">
          <ChevronRight size={16} aria-hidden="true" />
          <span>{t('notListed')}</span>
        </AriaButton>
      </Heading>
      <DisclosurePanel>
        {address === null ? null : <JoinedByAddress address={address} />}
        <Fields address={address ?? ''} />
      </DisclosurePanel>
    </Disclosure>
  );
}

function JoinedByAddress({ address }: { address: string }) {
  const { t } = useTranslation('receive');
  return (
    <div className="address-set">
      <p className="muted">{t('addressSet', { address: plainText(address, ADDRESS_CHARS) })}</p>
      <Button onPress={() => attempt(request('connect', { address: null }))}>{t('searchAgain')}</Button>
    </div>
  );
}

type Problems = { readonly address?: string; readonly code?: string };

function Fields({ address: initial }: { address: string }) {
  const { t, i18n } = useTranslation('receive');
  const [address, setAddress] = useState(initial);
  const [code, setCode] = useState('');
  const [problems, setProblems] = useState<Problems>({});
  const [busy, setBusy] = useState(false);

  const wrong = (): Problems => ({
    ...(ADDRESS.test(address.trim()) ? {} : { address: t('addressWrong') }),
    ...(code === '' || digitsOf(code).length === CODE_DIGITS ? {} : { code: t('codeWrong') }),
  });
  /** What names the address, or cannot be about a code, stands at the address. */
  const placed = (refusal: string): Problems =>
    code === '' || refusal.includes(address.trim()) ? { address: refusal } : { code: refusal };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = wrong();
    setProblems(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    const refusal = await join(address.trim(), digitsOf(code));
    setBusy(false);
    if (refusal !== undefined) setProblems(placed(reasonInWords(refusal, i18n)));
  };

  return (
    <form className="address" onSubmit={(event) => void submit(event)} noValidate>
      <TextField
        label={t('address')}
        value={address}
        onChange={setAddress}
        placeholder={t('addressPlaceholder')}
        error={problems.address}
      />
      <TextField
        label={t('addressCode')}
        value={code}
        onChange={setCode}
        placeholder="0000 0000"
        inputMode="numeric"
        error={problems.code}
      />
      <Button type="submit" isDisabled={busy}>
        {t('join')}
      </Button>
    </form>
  );
}

/** Pairs by the code, or joins a room that is paired; the answer is why it was refused. */
async function join(address: string, code: string): Promise<string | undefined> {
  try {
    if (code === '') await request('connect', { address });
    else await request('pair', { code, room: { address } });
    return undefined;
  } catch (error) {
    if (error instanceof RequestError) return error.message;
    throw error;
  }
}
