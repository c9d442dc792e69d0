import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext } from 'vitest';
import { sha256 } from '../lab/files';
import { isRequired } from '../lab/requirements';
import { DevicesLab, type Fetching } from './devices-lab';
import { interopProblem } from './requirements';

const problem = interopProblem();
if (problem !== undefined && isRequired('interop')) throw new Error(`TUTTI_REQUIRE demands interop, but ${problem}.`);

/** Like `describe`, skipped with the reason in its title where the tier cannot run. */
export function describeInterop(title: string, body: () => void): void {
  describe.skipIf(problem !== undefined)(problem === undefined ? title : `${title} (${problem})`, body);
}

/** Opens a lab that ends with the test; a failing test leaves what was printed in e2e/interop/logs. */
export function openDevicesLab(context: TestContext, devices: number): DevicesLab {
  const lab = new DevicesLab(devices);
  const logs = join(import.meta.dirname, 'logs', context.task.name.replace(/[^\w%]+/g, '-').slice(0, 80));
  rmSync(logs, { recursive: true, force: true });
  context.onTestFailed(() => lab.saveLogs(logs));
  context.onTestFinished(() => lab.close());
  return lab;
}

/** Every client ends well and has the file, byte by byte. */
export async function expectFetched(original: string, fetched: readonly Fetching[], timeoutMs?: number): Promise<void> {
  for (const { program, path } of fetched) {
    expect(await program.exitCode(timeoutMs), program.output).toBe(0);
    expect(sha256(path), program.output).toBe(sha256(original));
  }
}
