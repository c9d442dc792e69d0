import { Check, CircleAlert, Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { MemberView } from '../../../src-shared/ipc/snapshots';
import { capitalized, formatBytes, formatPercent, formatRate } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { memberInWords } from '../../../src-shared/text/sentences';
import { reachedCells } from '../loss-map/loss-cells';
import { LossStrip } from '../loss-map/loss-strip';
import { HelpButton } from '../send/help-button';

/** What a card and a row of the scorecard have in common. */
export interface MemberProps {
  readonly member: MemberView;
  readonly transfer: string;
  /** Of the transmission under way. */
  readonly transmission: number;
  readonly sentCells: number;
  readonly firstPass: boolean;
}

const NAME_CHARS = 80;

export function memberName({ name }: MemberView): string {
  return plainText(name, NAME_CHARS);
}

/** A sign where it is over, the percentage while it runs. */
export function Standing({ member }: { member: MemberView }) {
  const { i18n } = useTranslation();
  if (member.state === 'complete') return <Check className="member-done" size={18} aria-hidden="true" />;
  if (member.state === 'failed') return <CircleAlert className="member-failed" size={18} aria-hidden="true" />;
  if (member.state === 'away') return <Unplug className="muted member-sign" size={18} aria-hidden="true" />;
  return <span className="member-percent number">{formatPercent(member.progress, i18n)}</span>;
}

export function MemberState({ member, transmission }: Pick<MemberProps, 'member' | 'transmission'>) {
  const { i18n } = useTranslation();
  const words = capitalized(memberInWords(member, transmission, i18n));
  return (
    <p className="member-state" title={words}>
      {words}
    </p>
  );
}

/** Speed, what is missing, and loss, as far as there is something to say. */
export function MemberNumbers({ member }: { member: MemberView }) {
  const { t, i18n } = useTranslation('send');
  const { rate, loss } = member;
  return (
    <p className="member-numbers number">
      {rate > 0 ? <span>{formatRate(rate, i18n)}</span> : null}
      {isMissing(member) ? (
        <span className="member-missing">
          {t('scorecard.missing', { size: formatBytes(member.missingBytes, i18n) })}
        </span>
      ) : null}
      {loss > 0 ? <span>{t('scorecard.lost', { share: formatPercent(loss, i18n) })}</span> : null}
    </p>
  );
}

/** While the first transmission runs, what is still to come is not missing. */
function isMissing({ state, missingBytes }: MemberView): boolean {
  return state !== 'receiving' && missingBytes > 0;
}

export function MemberStrip({ member, sentCells, firstPass }: Pick<MemberProps, 'member' | 'sentCells' | 'firstPass'>) {
  const reached = firstPass ? reachedCells(member.lossMap, 255, sentCells) : sentCells;
  return <LossStrip cells={member.lossMap} sentCells={reached} />;
}

/** After a failure, what helps. */
export function MemberHelp({ member, transfer }: Pick<MemberProps, 'member' | 'transfer'>) {
  if (member.help === undefined) return null;
  return (
    <HelpButton help={member.help} transfer={transfer} students={[member.id]} name={memberName(member)} isBeside />
  );
}
