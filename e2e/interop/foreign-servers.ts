import { type DevicesLab, PORT } from './devices-lab';

/** A server that nobody here wrote, for the folder of the lab. */
export interface ForeignServer {
  readonly name: string;
  readonly port: number;
  /** Ready when it listens. */
  start(lab: DevicesLab): Promise<void>;
}

/** Debian's atftpd, which speaks RFC 2090 from the other side. */
export const ATFTPD: ForeignServer = {
  name: 'atftpd',
  port: PORT,
  start: async (lab) => {
    const place = ['--bind-address', lab.server.address, '--port', String(PORT), '--user', 'root.root'];
    const groups = ['--mcast-addr', '239.255.77.1-8', '--mcast-port', '1758-1765', '--mcast-ttl', '1'];
    const log = ['--verbose=7', '--logfile', '-'];
    const atftpd = lab.start('atftpd', ['--daemon', '--no-fork', ...log, ...place, ...groups, lab.root]);
    await atftpd.says(/Advanced Trivial FTP server started/);
  },
};

/** dnsmasq, which ignores the multicast option. Its port cannot be chosen. */
export const DNSMASQ: ForeignServer = {
  name: 'dnsmasq',
  port: 69,
  start: async (lab) => {
    const place = [`--listen-address=${lab.server.address}`, '--bind-interfaces', '--port=0'];
    const process = ['--keep-in-foreground', '--log-facility=-', '--user=root', '--pid-file='];
    const dnsmasq = lab.start('dnsmasq', [...process, ...place, '--enable-tftp', `--tftp-root=${lab.root}`]);
    await dnsmasq.says(/TFTP root/);
  },
};
