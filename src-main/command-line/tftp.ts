import { parseTftpGet, runTftpGet } from './tftp-get';
import { parseTftpServe, runTftpServe } from './tftp-serve';
import { UsageError } from './usage';

/** `tutti tftp …`: files for, and from, devices that cannot run Tutti (docs/tftp.md). @returns the exit code */
export async function runTftp([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'serve':
      return runTftpServe(parseTftpServe(args));
    case 'get':
      return runTftpGet(parseTftpGet(args));
    default:
      throw new UsageError('“tutti tftp” is followed by “serve” or “get”.');
  }
}
