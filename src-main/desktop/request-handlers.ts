import {
  type Outcome,
  type ParsedArgument,
  type RequestAnswer,
  type RequestName,
  requestSchemas,
} from '../../src-shared/ipc/contract';
import { messageOf } from '../../src-shared/text/message-of';
import { t } from './texts';

export type Handlers = {
  readonly [N in RequestName]: (argument: ParsedArgument<N>) => Promise<RequestAnswer<N>> | RequestAnswer<N>;
};

/** Checks and carries out one request; a failure becomes its sentence. */
export async function answer(handlers: Handlers, name: unknown, argument: unknown): Promise<Outcome<unknown>> {
  if (!isRequestName(name)) return refused(t('desktop:badRequest'));
  try {
    return await run(handlers, name, argument);
  } catch (error) {
    return refused(messageOf(error));
  }
}

async function run<N extends RequestName>(handlers: Handlers, name: N, argument: unknown): Promise<Outcome<unknown>> {
  const parsed = requestSchemas[name].safeParse(argument);
  if (!parsed.success) return refused(t('desktop:badRequest'));
  return { ok: true, value: await handlers[name](parsed.data as ParsedArgument<N>) };
}

function isRequestName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(requestSchemas, name);
}

export function refused(message: string): Outcome<never> {
  return { ok: false, message };
}
