import { expect, test } from 'vitest';
import { Capture, type DissectedPacket } from './capture';
import type { DeviceServer } from './devices-lab';
import { describeInterop, expectFetched, openDevicesLab } from './interop-test';
import { atftp, curl, tftpHpa } from './peers';

const RRQ = 1;
const DATA = 3;
const ACK = 4;
const ERROR = 5;
const OACK = 6;
const SIZE = 20_000;

describeInterop('the option negotiation, as tshark reads it', () => {
  test('of a client that asks for everything alone', async (context) => {
    const lab = openDevicesLab(context, 1);
    const file = lab.file('song.wav', SIZE);
    const server = await lab.serve();
    const capture = await Capture.start(lab);
    const options = ['blksize 1200', 'tsize 0', 'timeout 3', 'windowsize 4'];
    await expectFetched(file, [lab.fetch(1, atftp(...options), 'song.wav')]);
    const session = await server.waitFor('session');
    const packets = await capture.packets();
    const granted = { blksize: '1200', tsize: String(SIZE), timeout: '3', windowsize: String(session.windowsize) };
    expect(only(packets, RRQ)).toMatchObject([
      { options: { blksize: '1200', tsize: '0', timeout: '3', windowsize: '4' } },
    ]);
    expect(only(packets, OACK)).toMatchObject([{ options: granted }]);
    expect(Object.keys(only(packets, OACK)[0]?.options ?? {}).sort()).toEqual(Object.keys(granted).sort());
    expect(only(packets, DATA).map(({ length }) => length)).toEqual([...Array(16).fill(1204), 4 + SIZE - 16 * 1200]);
    expect(only(packets, ACK)[0]).toMatchObject({ block: 0 });
    expect(only(packets, ACK).at(-1)).toMatchObject({ block: 17 });
    expect(only(packets, ERROR)).toEqual([]);
  });

  test('of a group: the whole triple, one master, and data on the group only', async (context) => {
    const lab = openDevicesLab(context, 2);
    const file = lab.file('song.wav', SIZE);
    const server = await lab.serve(['--delay', '1500']);
    const capture = await Capture.start(lab);
    const peer = atftp('multicast', 'blksize 1428', 'tsize 0');
    await expectFetched(
      file,
      [1, 2].map((device) => lab.fetch(device, peer, 'song.wav')),
    );
    const { group } = await server.waitFor('session');
    const done = await server.waitFor('done');
    const [address, port] = (group ?? '').split(':');
    const packets = await capture.packets(Number(port));
    const oacks = only(packets, OACK);
    for (const { options } of oacks) expect(options).toMatchObject({ blksize: '1428', tsize: String(SIZE) });
    const triples = oacks.map(({ options }) => options.multicast ?? '');
    expect(new Set(triples)).toEqual(new Set([`${address},${port},0`, `${address},${port},1`]));
    const firstMaster = oacks.find(({ options }) => options.multicast?.endsWith(',1'));
    const firstMember = oacks.find(({ options }) => options.multicast?.endsWith(',0'));
    expect(firstMaster).toMatchObject({ to: expect.not.stringMatching(`^${firstMember?.to}$`) });
    const data = only(packets, DATA);
    expect(new Set(data.map((packet) => `${packet.to}:${packet.port}`))).toEqual(new Set([group]));
    expect(data).toHaveLength(done.sentBlocks);
    expect(inOrder(data)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    expectResentLateOnly(server);
  });

  test('of clients that know no options, or ask for what cannot be', async (context) => {
    const lab = openDevicesLab(context, 2);
    const file = lab.file('song.wav', SIZE);
    const server = await lab.serve();
    const capture = await Capture.start(lab);
    const fetched = [lab.fetch(1, tftpHpa('binary'), 'song.wav'), lab.fetch(2, curl('--tftp-no-options'), 'song.wav')];
    await expectFetched(file, fetched);
    const packets = await capture.packets();
    expect(only(packets, OACK)).toEqual([]);
    for (const device of [1, 2]) {
      const data = only(packets, DATA).filter(({ to }) => to === lab.device(device).address);
      expect(inOrder(data)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    }
    expectResentLateOnly(server);
  });
});

/** The blocks in the order in which they first came. A busy machine may have a window sent once more. */
function inOrder(data: readonly DissectedPacket[]): (number | undefined)[] {
  return [...new Set(data.map(({ block }) => block))];
}

/** A block leaves twice only where a busy machine kept its ACK waiting; the second ACK may then be unexpected (C6). */
function expectResentLateOnly(server: DeviceServer): void {
  expect(server.all('resent').map(({ why }) => why)).not.toContain('gap');
  expect(server.all('resent')[0]?.why ?? 'timeout').toBe('timeout');
}

function only(packets: readonly DissectedPacket[], opcode: number): DissectedPacket[] {
  return packets.filter((packet) => packet.opcode === opcode);
}
