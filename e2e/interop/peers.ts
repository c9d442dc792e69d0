/** How clients that nobody here wrote are asked for a file: command and arguments. */

interface Fetch {
  readonly host: string;
  readonly port: number;
  readonly file: string;
  /** Where the client puts it. */
  readonly to: string;
}

export type Peer = (fetch: Fetch) => [command: string, args: string[]];

/** atftp, with options such as `blksize 1428`; with `multicast` it joins a group (RFC 2090). */
export function atftp(...options: string[]): Peer {
  return ({ host, port, file, to }) => [
    'atftp',
    [...options.flatMap((option) => ['--option', option]), '-g', '-r', file, '-l', to, host, String(port)],
  ];
}

/** Debian's `tftp`: no options of its own but the mode. */
export function tftpHpa(mode: 'binary' | 'ascii'): Peer {
  return ({ host, port, file, to }) => ['tftp', ['-m', mode, host, String(port), '-c', 'get', file, to]];
}

export function curl(...args: string[]): Peer {
  return ({ host, port, file, to }) => [
    'curl',
    ['--silent', '--show-error', ...args, '--output', to, `tftp://${host}:${port}/${file}`],
  ];
}

export function busybox(...args: string[]): Peer {
  return ({ host, port, file, to }) => ['busybox', ['tftp', '-g', ...args, '-r', file, '-l', to, host, String(port)]];
}
