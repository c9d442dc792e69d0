import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { type Host, Lab, run } from '../lab/topology';
import { type LaunchOptions, launch, type StartedApp, temporaryFolder } from './launch';

/** One person's program on a host of the lab; `app` is the one that runs now. */
export interface Desk {
  readonly name: string;
  readonly host: Host;
  readonly userData: string;
  /** Where its music goes. */
  readonly music: string;
  app: StartedApp;
}

const SIZES = { teacher: { width: 1280, height: 860 }, student: { width: 520, height: 760 } };

/**
 * A teacher's program and students', each in a network namespace of its own: they find each other, and talk, by what the
 * kernel carries between them. `close` ends and removes all of it.
 */
export class LabClassroom {
  readonly lab: Lab;
  readonly #folder = temporaryFolder();
  readonly #desks = new Set<Desk>();
  readonly #disks: string[] = [];

  constructor(students: number) {
    this.lab = Lab.open(students);
  }

  /** A folder that is gone when the lesson is over. */
  get folder(): string {
    return this.#folder.path;
  }

  /** Everything that the windows complained of. */
  get errors(): readonly string[] {
    return [...this.#desks].flatMap(({ app }) => app.errors);
  }

  /** Starts the teacher's program for the first time. */
  teacher(name: string): Promise<Desk> {
    return this.#open('teacher', name, this.lab.teacher);
  }

  /** Starts the program of student 1, 2, … for the first time. */
  student(number: number, name: string): Promise<Desk> {
    return this.#open(`student-${number}`, name, this.lab.student(number));
  }

  /** Starts a program again that was ended: it finds what it left. */
  async restart(desk: Desk, options: Partial<LaunchOptions> = {}): Promise<void> {
    desk.app = await launch({ ...optionsOf(desk), ...options });
  }

  /** Ends a program as a power cut does. */
  async kill({ app }: Desk): Promise<void> {
    const ended = new Promise((resolve) => app.app.process().once('exit', resolve));
    await app.app.evaluate(() => void setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50));
    await ended;
  }

  /** Puts a small disk of its own under the music of student 1, 2, …, before its program starts. */
  mountDisk(student: number, options: string): void {
    const music = this.#musicOf(`student-${student}`);
    run('mount', ['-t', 'tmpfs', '-o', options, 'tutti-lab', music]);
    this.#disks.push(music);
  }

  async close(): Promise<void> {
    for (const { app } of this.#desks) await app.app.close();
    for (const disk of this.#disks) run('umount', [disk]);
    this.lab.close();
    this.#folder.remove();
  }

  #musicOf(place: string): string {
    const music = join(this.folder, `${place}’s music`);
    mkdirSync(music, { recursive: true });
    return music;
  }

  async #open(place: string, name: string, host: Host): Promise<Desk> {
    const userData = join(this.folder, place);
    const music = this.#musicOf(place);
    mkdirSync(userData);
    // The first start takes the rest from the person; music never goes to the real user's folder.
    writeFileSync(join(userData, 'settings.json'), JSON.stringify({ folder: music, language: 'en' }));
    const desk = { name, host, userData, music };
    const opened = { ...desk, app: await launch(optionsOf(desk)) };
    this.#desks.add(opened);
    return opened;
  }
}

function optionsOf({ host, userData }: Omit<Desk, 'app'>): LaunchOptions {
  const size = userData.endsWith('teacher') ? SIZES.teacher : SIZES.student;
  return { host, userData, size, colours: 'light' };
}

/** The first minute, as a person has it: a role and a name. */
export async function introduce({ app: { page }, name }: Desk, role: 'I teach' | 'I receive'): Promise<void> {
  await page.getByText(role).click();
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Start' }).click();
}

/** The code that the teacher's window shows. */
export async function codeOn(page: Page): Promise<string> {
  const shown = page.getByRole('button', { name: /Show the code .* large/ });
  await expect(shown).toBeVisible();
  return ((await shown.textContent()) ?? '').replace(/\D/g, '');
}

/** A student finds the room on the network and types its code. */
export async function pair({ app: { page } }: Desk, room: string, code: string): Promise<void> {
  const field = page.getByLabel(`Code of ${room}`);
  await expect(field).toBeVisible({ timeout: 30_000 });
  await field.fill(code);
}
