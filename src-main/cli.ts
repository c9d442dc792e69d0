#!/usr/bin/env node
import packageJson from '../package.json' with { type: 'json' };
import { messageOf } from '../src-shared/text/message-of';
import { parseArchive, runArchive } from './command-line/archive';
import { runChannel } from './command-line/channel';
import { parseReceive, runReceive } from './command-line/receive';
import { parseSend, runSend } from './command-line/send';
import { runTftp } from './command-line/tftp';
import { USAGE, UsageError } from './command-line/usage';

/** The command line: the same engines and drivers as the desktop app, without Electron. */
async function main([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'send':
      return runSend(parseSend(args));
    case 'receive':
      return runReceive(parseReceive(args));
    case 'tftp':
      return runTftp(args);
    case 'archive':
      return runArchive(parseArchive(args));
    case 'channel':
      return runChannel(args);
    case 'version':
    case '--version':
      console.log(packageJson.version);
      return 0;
    case 'help':
    case '--help':
    case '-h':
      console.log(USAGE);
      return 0;
    case undefined:
      throw new UsageError('A command is needed.');
    default:
      throw new UsageError(`“${command}” is not a command.`);
  }
}

/** What was printed to a pipe may still be on its way. */
function exit(code: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

main(process.argv.slice(2)).then(exit, (error: unknown) => {
  const usage = error instanceof UsageError;
  console.error(`tutti: ${messageOf(error)}`);
  if (usage) console.error(`\n${USAGE}`);
  exit(usage ? 2 : 1);
});
