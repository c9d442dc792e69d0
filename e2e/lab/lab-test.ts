import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext } from 'vitest';
import { type Digests, digestsBelow } from './files';
import { strayLines } from './processes';
import { breaches } from './protocol-checks';
import { isRequired, labProblem } from './requirements';
import { Session, type Student, type Teacher } from './session';

const problem = labProblem();
if (problem !== undefined && isRequired('lab')) throw new Error(`TUTTI_REQUIRE demands the lab, but ${problem}.`);

/** Like `describe`, skipped with the reason in its title where the lab cannot run. */
export function describeLab(title: string, body: () => void): void {
  describe.skipIf(problem !== undefined)(problem === undefined ? title : `${title} (${problem})`, body);
}

/** Opens a session that ends with the test; a failing test leaves what was printed in e2e/lab/logs. */
export function openSession(context: TestContext, students: number): Session {
  const session = new Session(students);
  const logs = join(import.meta.dirname, 'logs', context.task.name.replace(/[^\w%]+/g, '-').slice(0, 80));
  rmSync(logs, { recursive: true, force: true });
  context.onTestFailed(() => session.saveLogs(logs));
  context.onTestFinished(() => session.close());
  return session;
}

/** Opens a room, enrols all students of the lab and starts to send. */
export async function sendToAll(
  session: Session,
  paths: readonly string[],
  options: readonly string[] = [],
): Promise<{ teacher: Teacher; students: Student[] }> {
  const count = session.lab.students.length;
  const teacher = await session.teach(paths, ['--wait-for', String(count), '--wait', '30', ...options]);
  const students = await Promise.all(session.lab.students.map((_, i) => session.receive(i + 1)));
  return { teacher, students };
}

/** Everybody has every file: by the exit codes, by what the events say, by the bytes on the disk; and by the protocol. */
export async function expectAllComplete(
  session: Session,
  { teacher, students }: { teacher: Teacher; students: readonly Student[] },
  expected: Digests,
): Promise<void> {
  expect(await teacher.exitCode(120_000), 'exit code of the teacher').toBe(0);
  for (const [i, student] of students.entries()) {
    expect(await student.exitCode(), `exit code of ${student.name}`).toBe(0);
    expect(digestsBelow(session.folderOf(i + 1)), `files of ${student.name}`).toEqual(expected);
    expect(pathsSaid(student), `files that ${student.name} says it has`).toEqual(Object.keys(expected).sort());
  }
  await expectProtocolKept(session);
}

/** The events breach nothing, and nothing but events was printed. */
export async function expectProtocolKept(session: Session): Promise<void> {
  expect(breaches(await session.log())).toEqual([]);
  expect(session.transcripts.flatMap(strayLines)).toEqual([]);
}

function pathsSaid(student: Student): string[] {
  return student
    .all('complete')
    .flatMap(({ files }) => files.map(({ path }) => path))
    .sort();
}
