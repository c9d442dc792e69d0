import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadIdentity } from '../../src-main/security/identity';
import { connectControl } from '../../src-main/transport/control-client';
import type { Hello } from '../../src-shared/wire/messages';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import { Classroom, digests, sendTo, type Teacher } from './classroom';

const CODE = '01234567';

let classroom: Classroom;
let teacher: Teacher;

beforeEach(async () => {
  classroom = await Classroom.open();
});
afterEach(() => classroom.close());

/** Somebody with a certificate of its own says hello. @returns how the teacher answers */
async function knock(name: string): Promise<unknown> {
  const identity = await loadIdentity(classroom.path(name));
  const hello: Hello = { type: 'hello', version: PROTOCOL_VERSION, name, held: [] };
  const options = { ...teacher.place, identity, hello, trust: () => true };
  return connectControl(options).then(
    () => 'welcome',
    (error: { code?: unknown }) => error.code,
  );
}

it('cannot take part in a transfer, or keep it open, without being paired', async () => {
  teacher = await classroom.teacher('Teacher', { admit: 'paired', code: CODE, rate: 1_000_000 });
  const student = await classroom.student('Ana', teacher, { trust: { firstUse: false, code: CODE } });
  await teacher.room.waitFor(1, 10_000);
  const folder = await classroom.files('Suite', { 'a.flac': 2_000_000 });
  const transfer = await sendTo(teacher.room, [folder]);
  await teacher.events.first('progress');
  for (let i = 0; i < 5; i++) expect(await knock(`Intruder ${i}`)).toBe('unpaired');
  const { complete, failed } = await teacher.events.first('finished', (event) => event.transfer === transfer);
  expect([complete, failed]).toEqual([[student.id], []]);
  expect(new Set(teacher.events.of('scorecard').flatMap(({ permanent }) => permanent.map(({ id }) => id)))).toEqual(
    new Set([student.id]),
  );
  expect(teacher.events.of('stranger').map(({ stranger }) => stranger.name)).toEqual(
    [0, 1, 2, 3, 4].map((i) => `Intruder ${i}`),
  );
  expect(await digests(join(student.directory, basename(folder)))).toEqual(await digests(folder));
});

it('comes back without the code, after a restart of either side', async () => {
  const settings = { admit: 'paired', code: CODE } as const;
  teacher = await classroom.teacher('Teacher', settings);
  const first = await classroom.student('Ana', teacher, { trust: { firstUse: false, code: CODE } });
  await teacher.events.first('enrolled');
  await first.node.close();
  const again = await classroom.student('Ana', teacher, { trust: { firstUse: false } });
  await again.events.first('enrolled');
  await again.node.close();
  await teacher.room.close();
  teacher = await classroom.teacher('Teacher', { ...settings, code: '99999999' });
  const third = await classroom.student('Ana', teacher, { trust: { firstUse: false } });
  await third.events.first('enrolled');
  expect(again.events.of('paired').concat(third.events.of('paired'))).toEqual([]);
  expect(teacher.events.of('paired')).toEqual([]);
});
