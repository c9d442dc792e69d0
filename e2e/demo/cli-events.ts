import { z } from 'zod';
import type { Stamped, StudentEvent, TeacherEvent } from '../../src-shared/ipc/events';

/** The `--json` lines of the command line, checked: docs/cli.md. */

const byteCount = z.int().min(0);
const ranges = z.array(z.tuple([byteCount, byteCount]));
const transfer = z.string();
const transmission = z.int().min(0);
const ids = z.array(z.string());
const mode = z.enum(['plain', 'coded', 'tcp']);
const at = z.number();
const state = z.enum(['waiting', 'receiving', 'repairing', 'filling', 'storing', 'complete', 'away', 'failed']);
const dataChannel = z.object({
  event: z.literal('dataChannel'),
  at,
  transmission,
  state: z.enum(['open', 'closed']),
});

const person = z.object({ id: z.string(), name: z.string(), ip: z.string() });
const code = z.string().nullable();

const teacherEvents = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('room'),
    at,
    address: z.string(),
    port: z.int(),
    fingerprint: z.string(),
    group: z.string(),
    groupPort: z.int(),
    dataPath: z.enum(['dgram', 'accelerated']),
    code,
  }),
  z.object({ event: z.literal('code'), at, code }),
  z.object({ event: z.literal('paired'), at, student: person }),
  z.object({ event: z.literal('stranger'), at, stranger: person }),
  z.object({ event: z.literal('enrolled'), at, student: person }),
  z.object({ event: z.literal('left'), at, student: z.string(), reason: z.string() }),
  z.object({
    event: z.literal('announced'),
    at,
    transfer,
    transmission,
    mode,
    ranges,
    bytes: byteCount,
    students: ids,
    why: z.string(),
  }),
  z.object({
    event: z.literal('elected'),
    at,
    student: z.string(),
    transmission,
    join: z.boolean(),
    why: z.string(),
  }),
  z.object({
    event: z.literal('report'),
    at,
    student: z.string(),
    ip: z.string(),
    transmission,
    missing: ranges,
    missingBytes: byteCount,
  }),
  z.object({
    event: z.literal('scorecard'),
    at,
    transfer,
    transmission,
    permanent: z.array(z.object({ id: z.string(), state, missingBytes: byteCount, why: z.string().exactOptional() })),
    current: ids,
  }),
  z.object({
    event: z.literal('transmitted'),
    at,
    transmission,
    datagrams: z.int(),
    payloadBytes: byteCount,
    proactiveBytes: byteCount,
    firstSequence: z.int(),
    lastSequence: z.int(),
    durationMs: z.number(),
  }),
  z.object({
    event: z.literal('progress'),
    at,
    transfer,
    transmission,
    sentBytes: byteCount,
    rate: z.number(),
    students: z.array(z.object({ id: z.string(), progress: z.number(), rate: z.number(), loss: z.number() })),
  }),
  dataChannel,
  z.object({ event: z.literal('unrecoverable'), at, student: z.string(), ranges, reason: z.string() }),
  z.object({
    event: z.literal('finished'),
    at,
    transfer,
    ok: z.boolean(),
    complete: ids,
    failed: z.array(z.object({ id: z.string(), reason: z.string() })),
    bytes: byteCount,
    resentBytes: byteCount,
    filledBytes: byteCount,
    transmissions: z.int(),
    durationMs: z.number(),
  }),
]);

/** Only how a student's transfer ends: the rest of its events the demo has from the teacher. */
const studentEnds = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('complete'),
    at,
    transfer,
    files: z.array(z.object({ path: z.string(), size: byteCount })),
  }),
  z.object({ event: z.literal('failed'), at, transfer: transfer.exactOptional(), reason: z.string() }),
]);

const named = z.object({ event: z.string() });

/** A line of `tutti send --json`; undefined for an event that this demo does not know. */
export function parseTeacherEvent(line: string): Stamped<TeacherEvent> | undefined {
  return parseKnown(teacherEvents, line);
}

/** A line of `tutti receive --json` that ends a transfer; undefined for any other. */
export function parseStudentEnd(
  line: string,
): Stamped<Extract<StudentEvent, { event: 'complete' | 'failed' }>> | undefined {
  return parseKnown(studentEnds, line);
}

function parseKnown<T extends typeof teacherEvents | typeof studentEnds>(schema: T, line: string) {
  const body: unknown = JSON.parse(line);
  const { event } = named.parse(body);
  const known = schema.options.some((option) => option.shape.event.value === event);
  return known ? (schema.parse(body) as z.infer<T>) : undefined;
}
