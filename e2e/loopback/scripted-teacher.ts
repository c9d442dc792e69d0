import { randomBytes } from 'node:crypto';
import { cipherChunk } from '../../src-main/library/chunk-cipher';
import { sha256 } from '../../src-main/library/digest-table';
import { TransferLayout } from '../../src-main/multicast/transfer-layout';
import { loadIdentity } from '../../src-main/security/identity';
import type { CloseReason, StudentConnection } from '../../src-main/transport/control-connection';
import { type ControlServer, listenControl } from '../../src-main/transport/control-server';
import { encodeRanges } from '../../src-shared/ranges/range-codec';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import type { Announce, Hello, Manifest, ManifestFile, StudentMessage } from '../../src-shared/wire/messages';
import { type Classroom, EventLog, LOOPBACK } from './classroom';

/** A message as an event of its kind. */
type Said = {
  [T in StudentMessage['type']]: Extract<StudentMessage, { type: T }> & { event: T; attachment: Uint8Array };
}[StudentMessage['type']];

/** A student's visit to a scripted teacher. */
export class Visit {
  readonly said = new EventLog<Said>();
  closed: CloseReason | undefined;

  constructor(
    readonly connection: StudentConnection,
    readonly hello: Hello,
  ) {}

  /** Announces that these units of a piece of content come over TCP, or over the group where `multicast` says how. */
  announce(piece: Piece, transmission: number, units: RangeSet, more: Partial<Announce> = {}): void {
    this.connection.send({ ...announcement(piece, transmission), ...more }, encodeRanges(units));
  }

  /** Sends a piece's units from `first` to `end` in one fill. */
  fill(
    { transfer, layout, ciphertext, trailer }: Piece,
    transmission: number,
    [first, end]: readonly [number, number],
  ) {
    const space = Buffer.concat([ciphertext, trailer]);
    const bytes = space.subarray(layout.offsetOf(first), layout.offsetOf(end - 1) + layout.lengthOf(end - 1));
    this.connection.send({ type: 'fill', transfer, transmission, unit: first }, bytes);
  }

  end({ transfer, root }: Piece, transmission: number, wrongRoot?: string): void {
    this.connection.send({ type: 'end', transfer, transmission, lastSequence: 0, root: wrongRoot ?? root });
  }

  /** What the student has said of this kind, once it has said it of this transfer. */
  answer<T extends StudentMessage['type']>(type: T, transfer: string) {
    return this.said.first(type, (message) => 'transfer' in message && message.transfer === transfer);
  }
}

/** One chunk of content that a teacher can truthfully send. */
export interface Piece {
  readonly transfer: string;
  readonly key: Buffer;
  readonly manifest: Manifest;
  readonly layout: TransferLayout;
  readonly plaintext: Buffer;
  readonly ciphertext: Uint8Array;
  readonly trailer: Uint8Array;
  readonly root: string;
}

const PAYLOAD_BYTES = 1448;

/** A file of ten units. */
export function makePiece(path: readonly string[] = ['song.wav'], transfer = randomBytes(8).toString('hex')): Piece {
  const plaintext = randomBytes(10 * PAYLOAD_BYTES - 7);
  const key = randomBytes(32);
  const ciphertext = cipherChunk(key, 0, plaintext);
  const trailer = sha256(ciphertext);
  const layout = new TransferLayout(plaintext.length, PAYLOAD_BYTES);
  const manifest = { files: [{ path: [...path], size: plaintext.length, modified: 0 }], covers: [] };
  return { transfer, key, manifest, layout, plaintext, ciphertext, trailer, root: sha256(trailer).toString('hex') };
}

function announcement({ transfer, key, manifest }: Piece, transmission: number): Announce {
  return {
    type: 'announce',
    transfer,
    transmission,
    mode: 'tcp',
    group: '239.255.77.77',
    port: 29_999,
    firstSequence: 0,
    progressMs: 10,
    progressDatagrams: 256,
    probeMs: 2_000,
    offer: { manifest, key: key.toString('base64'), payloadBytes: PAYLOAD_BYTES },
  };
}

/** A teacher with a certificate of its own that says what a test tells it to. */
export class ScriptedTeacher {
  private constructor(
    private readonly server: ControlServer,
    readonly fingerprint: string,
    /** Latest last. */
    readonly visits: readonly Visit[],
  ) {}

  static async open(classroom: Classroom): Promise<ScriptedTeacher> {
    const identity = await loadIdentity(classroom.path('scripted teacher'));
    const visits: Visit[] = [];
    const server = await listenControl({
      host: LOOPBACK,
      port: 0,
      identity,
      room: 'Trap',
      admit: 'anyone',
      onStudent: (connection, hello) => {
        const visit = new Visit(connection, hello);
        visits.push(visit);
        return {
          onMessage: (message, attachment) => visit.said.add({ ...message, event: message.type, attachment } as Said),
          onClose: (reason) => {
            visit.closed = reason;
          },
        };
      },
    });
    classroom.atEnd(() => server.close());
    return new ScriptedTeacher(server, identity.fingerprint, visits);
  }

  get place(): { readonly host: string; readonly port: number } {
    return this.server.address;
  }
}

/** A manifest entry of no bytes. */
export function entry(...path: string[]): ManifestFile {
  return { path, size: 0, modified: 0 };
}
