import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceSessionView } from '../../../src-shared/ipc/device-views';
import { capitalized, formatPercent } from '../../../src-shared/text/format';
import { reasonInWords } from '../../../src-shared/text/reasons';
import { type Fact, Facts } from '../../ui/facts';
import { useNumberFormat } from '../../ui/language';

/** Block size, timeout, window and pace as they are now, and why. */
export const FlowFacts = memo(function FlowFacts({ session }: { session: DeviceSessionView }) {
  const { t, i18n } = useTranslation('devices');
  const number = useNumberFormat();
  const { flow, resentBlocks } = session;
  const pace = flow.blocksPerSecond;
  const resent = t('blocks', { count: resentBlocks, number: number.format(resentBlocks) });
  const facts: readonly Fact[] = [
    [t('blockSize'), t('bytes', { number: number.format(flow.blockBytes) })],
    [t('timeout'), t('seconds', { number: number.format(flow.timeoutSeconds) })],
    [t('window'), t('blocks', { count: flow.windowBlocks, number: number.format(flow.windowBlocks) })],
    [t('pace'), pace === null ? t('paceFree') : t('paceLimited', { number: number.format(Math.round(pace)) })],
    [t('resent'), flow.loss === 0 ? resent : t('lately', { resent, share: formatPercent(flow.loss, i18n) })],
  ];
  return <Facts facts={facts} remark={[t('why'), capitalized(reasonInWords(flow.why, i18n))]} />;
});
