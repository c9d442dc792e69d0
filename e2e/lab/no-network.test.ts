import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { makeFile } from './files';
import { describeLab, openSession } from './lab-test';
import { CLI } from './processes';
import { inside } from './topology';

describeLab('a teacher without a network', () => {
  test('is told so, and opens no room', (context) => {
    const session = openSession(context, 1);
    session.lab.setLink(session.lab.teacher, 'down');
    const file = makeFile(session.music, 'take.wav', 1000);
    const args = [CLI, 'send', file, '--state', session.directory, '--wait', '1', '--json'];
    const { status, stdout, stderr } = spawnSync(...inside(session.lab.teacher, process.execPath, args), {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^tutti: This computer has no network interface\./);
  });
});
