import type { Bridge, EventMessage, RequestAnswer, RequestArgument, RequestName } from '../src-shared/ipc/contract';

declare global {
  interface Window {
    readonly tutti: Bridge<File>;
  }
}

/** The main process refused or failed; the message is one sentence for people. */
export class RequestError extends Error {}

/** Asks the main process. @throws RequestError */
export async function request<N extends RequestName>(
  name: N,
  ...argument: undefined extends RequestArgument<N> ? [] : [RequestArgument<N>]
): Promise<RequestAnswer<N>> {
  const outcome = await window.tutti.request(name, argument[0]);
  if (!outcome.ok) throw new RequestError(outcome.message);
  // The main process is trusted to answer by the contract.
  return outcome.value as RequestAnswer<N>;
}

/** Calls back for everything that the main process tells, from now on. */
export function listen(onEvent: (message: EventMessage) => void): () => void {
  return window.tutti.listen(onEvent);
}

/** Where dropped or pasted files and folders are on this machine. */
export function pathsOf(files: FileList | null | undefined): string[] {
  return window.tutti.pathsOf([...(files ?? [])]);
}
