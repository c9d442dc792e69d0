import { useState } from 'react';
import type { RequestArgument } from '../../../src-shared/ipc/contract';
import { RequestError, request } from '../../ipc-client';
import { CODE_DIGITS } from './code-entry';

type Room = RequestArgument<'pair'>['room'];

export interface Pairing {
  readonly state: 'typing' | 'trying' | 'paired';
  /** Why the last code was refused, in one sentence. */
  readonly problem: string | null;
  /** Tries the code as soon as it is complete. */
  onDigits(digits: string): void;
}

/** Pairs with a room by a code; null where it is not known yet which room that is. */
export function usePairing(room: Room | null): Pairing {
  const [state, setState] = useState<Pairing['state']>('typing');
  const [problem, setProblem] = useState<string | null>(null);

  const attemptPairing = async (code: string, with_: Room) => {
    setState('trying');
    try {
      await request('pair', { code, room: with_ });
      setState('paired');
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setState('typing');
      setProblem(error.message);
    }
  };

  const onDigits = (digits: string) => {
    setProblem(null);
    if (digits.length === CODE_DIGITS && room !== null) void attemptPairing(digits, room);
  };
  return { state, problem, onDigits };
}
