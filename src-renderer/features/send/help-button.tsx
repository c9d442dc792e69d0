import { FolderSearch, RotateCw, Waypoints } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Help } from '../../../src-shared/ipc/snapshots';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';

const ICONS = { retry: RotateCw, tcp: Waypoints, show: FolderSearch } as const;

interface Props {
  readonly help: Help;
  readonly transfer: string;
  readonly students: readonly string[];
  /** The one student's name, where it is for one. */
  readonly name?: string | undefined;
  /** It stands beside that name, and need not say it. */
  readonly isBeside?: boolean;
}

/** The one thing to do after a failure. */
export function HelpButton({ help, transfer, students, name, isBeside = false }: Props) {
  const { t } = useTranslation('send');
  const count = students.length;
  const full =
    name === undefined
      ? { retry: t('retryAll', { count }), tcp: t('tcpAll', { count }), show: t('show') }
      : { retry: t('retryFor', { name }), tcp: t('tcpFor', { name }), show: t('show') };
  const short = { retry: t('retry'), tcp: t('tcp'), show: t('show') };
  return (
    <Button
      kind={isBeside ? 'plain' : 'primary'}
      icon={ICONS[help]}
      aria-label={full[help]}
      onPress={() => attempt(carryOut(help, transfer, students))}
    >
      {isBeside ? short[help] : full[help]}
    </Button>
  );
}

function carryOut(help: Help, transfer: string, students: readonly string[]): Promise<unknown> {
  if (help === 'show') return request('showSource', { transfer });
  return request('retry', { transfer, students: [...students], by: help === 'tcp' ? 'tcp' : 'multicast' });
}
