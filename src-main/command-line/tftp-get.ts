import { statSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import type { DeviceClientEvent } from '../../src-shared/ipc/device-events';
import { DEFAULT_TFTP_PORT } from '../devices/device-server';
import { TftpGet, type TftpGetOptions } from '../devices/tftp-get';
import { fetchView } from '../terminal/terminal-display';
import { MAX_BLOCK_BYTES, MIN_BLOCK_BYTES } from '../tftp/options';
import { displayOutput, jsonOutput, type Output, onInterrupt } from './output';
import { numberOf, parse, textOf, UsageError } from './usage';

interface GetCommand {
  readonly get: Omit<TftpGetOptions, 'onEvent'>;
  readonly json: boolean;
}

/** @throws UsageError */
export function parseTftpGet(args: readonly string[]): GetCommand {
  const string = { type: 'string' } as const;
  const { values, positionals } = parse(args, {
    multicast: { type: 'boolean' },
    blksize: string,
    windowsize: string,
    timeout: string,
    interface: string,
    out: string,
    json: { type: 'boolean' },
  });
  const [place, file, ...rest] = positionals;
  if (place === undefined || file === undefined || /(^|\/)$/.test(file) || rest.length > 0)
    throw new UsageError('Name the server and one file: tutti tftp get HOST[:PORT] FILE.');
  const blksize = numberOf(values, 'blksize', { min: MIN_BLOCK_BYTES, max: MAX_BLOCK_BYTES });
  const windowsize = numberOf(values, 'windowsize', { min: 1, max: 65_535 });
  const timeout = numberOf(values, 'timeout', { min: 1, max: 255 });
  const address = textOf(values, 'interface');
  return {
    get: {
      server: serverOf(place),
      file,
      out: outOf(textOf(values, 'out'), file),
      multicast: values.multicast === true,
      ...(blksize === undefined ? {} : { blksize }),
      ...(windowsize === undefined ? {} : { windowsize }),
      ...(timeout === undefined ? {} : { timeout }),
      ...(address === undefined ? {} : { interface: address }),
    },
    json: values.json === true,
  };
}

/** `tutti tftp get`: fetches one file from any TFTP server. @returns the exit code */
export async function runTftpGet(command: GetCommand): Promise<number> {
  let get: TftpGet | undefined;
  const output: Output<DeviceClientEvent> = command.json
    ? jsonOutput()
    : displayOutput(fetchView, () => get?.snapshot());
  onInterrupt(() => get?.abort());
  try {
    get = await TftpGet.open({ ...command.get, onEvent: (event) => output.event(event) });
    return (await get.finished()) ? 0 : 1;
  } finally {
    output.close();
  }
}

/** `HOST`, `HOST:PORT`, `[IPv6]` or `[IPv6]:PORT`. @throws UsageError */
function serverOf(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? DEFAULT_TFTP_PORT);
  if (host === undefined || port < 1 || port > 65_535)
    throw new UsageError(`“${text}” is no server: HOST or HOST:PORT, such as 192.168.1.20:69.`);
  return { host, port };
}

/** Below the folder that `--out` names, or the one we are in, under the file's own name. @throws UsageError */
function outOf(out: string | undefined, file: string): string {
  const name = posix.basename(file);
  if (out === undefined) return resolve(name);
  return statSync(out, { throwIfNoEntry: false })?.isDirectory() === true ? resolve(out, name) : resolve(out);
}
