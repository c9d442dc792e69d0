import { parsePublish, runPublish } from './channel-publish';
import { parseRelay, runRelay } from './channel-relay';
import { parseSubscribe, runSubscribe } from './channel-subscribe';
import { UsageError } from './usage';

/** `tutti channel …`. @returns the exit code @throws UsageError */
export async function runChannel([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'publish':
      return runPublish(parsePublish(args));
    case 'subscribe':
      return runSubscribe(parseSubscribe(args));
    case 'relay':
      return runRelay(parseRelay(args));
    default:
      throw new UsageError('What about the channel? There are publish, subscribe and relay.');
  }
}
