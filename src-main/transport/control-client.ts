import { connect as connectTls, type TLSSocket } from 'node:tls';
import { hostAndPort } from '../../src-shared/text/host-and-port';
import { plainText } from '../../src-shared/text/plain-text';
import { MAX_PEER_NAME_CHARS } from '../../src-shared/wire/limits';
import type { StudentMessage, TeacherMessage } from '../../src-shared/wire/messages';
import { isSession, type Message, type Welcome } from '../../src-shared/wire/session-messages';
import { formatFingerprint } from '../security/fingerprint';
import type { Identity } from '../security/identity';
import { type Clock, systemClock } from './clock';
import { type CloseReason, type ConnectionLimits, ControlConnection } from './control-connection';
import { ControlFault, type FaultCode } from './control-fault';
import { CLASSROOM_VISIT, type ControlProtocol, greetingParser, type HelloOf } from './control-protocol';
import { pairingExporter } from './pairing-exporter';
import { requestPairing } from './pairing-request';
import { peerFingerprint } from './peer-certificate';

export interface PairRequest {
  /** The room's eight digits. */
  readonly code: string;
  /** The teacher has proved that it knows the code, too. The hello follows once this resolves: when the certificate is pinned. */
  onPaired(teacher: { readonly fingerprint: string; readonly room: string }): Promise<void>;
}

export interface ControlClientOptions<Out extends Message = StudentMessage> {
  readonly host: string;
  readonly port: number;
  /** Own address to connect from, where the app is restricted to one. */
  readonly localAddress?: string;
  readonly identity: Identity;
  readonly hello: HelloOf<Out>;
  /** Judges the teacher's certificate; nothing is said to a teacher for whom it gives false. */
  trust(fingerprint: string): boolean;
  /**
   * Given, an unknown teacher is paired with, and so is a known one that does not know this student any more
   * (PROTOCOL.md section 6.5).
   */
  readonly pair?: PairRequest;
  /** For the error's sentence: whom the student trusts. */
  readonly trusted?: readonly string[];
  /** The one teacher that is looked for there: whoever else answers is told nothing, whether it is trusted or not. */
  readonly expected?: string;
  readonly clock?: Clock;
  /** From the first packet to the welcome. */
  readonly timeoutMs?: number;
  readonly limits?: Partial<ConnectionLimits>;
}

/**
 * `refused`: nothing listens there; `unreachable`: no way to it, or no such host; `timeout`: it does not answer;
 * `notTutti`: something else listens there; `ended`: it closed before the welcome; and the faults a teacher names.
 */
export type ConnectCode = 'refused' | 'unreachable' | 'timeout' | 'notTutti' | 'ended' | FaultCode;

/** There is no connection to the teacher; the message says why. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  constructor(
    readonly code: ConnectCode,
    message: string,
  ) {
    super(message);
  }
}

/** Somebody answered who is not the teacher that this student trusts. */
export class UntrustedTeacherError extends Error {
  override readonly name = 'UntrustedTeacherError';
  constructor(
    readonly fingerprint: string,
    place: string,
    trusted: readonly string[],
  ) {
    const got = formatFingerprint(fingerprint);
    const expected = trusted.map(formatFingerprint).join(' or ');
    super(
      expected === ''
        ? `The teacher at ${place} is not one you trust yet; its fingerprint is ${got}.`
        : `The room at ${place} is not of the teacher you trust; expected ${expected}, got ${got}.`,
    );
  }
}

const TIMEOUT_MS = 8_000;
/** A whole class may be in front of this student at the teacher's desk (section 6.5). */
const PAIRING_TIMEOUT_MS = 25_000;

export interface Enrolment<Out extends Message = StudentMessage, In extends Message = TeacherMessage> {
  readonly connection: ControlConnection<Out, In>;
  readonly welcome: Welcome;
}

/**
 * Connects to a teacher, checks who it is before saying anything, says hello and waits for the welcome
 * (PROTOCOL.md section 4.1). With `pair` it is paired where that is needed. The connection reads on once handlers are attached.
 * @throws ConnectError, UntrustedTeacherError, UnprovedTeacherError, and what `onPaired` throws
 */
export function connectControl(options: ControlClientOptions): Promise<Enrolment> {
  return connectFor(CLASSROOM_VISIT, options);
}

/** As `connectControl`, for another use of control connections. */
export async function connectFor<Out extends Message, In extends Message>(
  protocol: ControlProtocol<Out, In>,
  options: ControlClientOptions<Out>,
): Promise<Enrolment<Out, In>> {
  let isKnown = false;
  const trust = (fingerprint: string) => {
    isKnown = options.trust(fingerprint);
    return isKnown;
  };
  try {
    return await connectOnce(protocol, options, trust);
  } catch (error) {
    const isForgotten = isKnown && error instanceof ConnectError && error.code === 'unpaired';
    if (!isForgotten || options.pair === undefined) throw error;
    return await connectOnce(protocol, options, () => false);
  }
}

/** @param trust gives false for a teacher that this student has to be paired with before its hello */
async function connectOnce<Out extends Message, In extends Message>(
  protocol: ControlProtocol<Out, In>,
  options: ControlClientOptions<Out>,
  trust: ControlClientOptions['trust'],
): Promise<Enrolment<Out, In>> {
  const socket = openSocket(options, protocol.alpn);
  const deadline = new Deadline(options.clock ?? systemClock, () => socket.destroy());
  deadline.set(options.timeoutMs ?? TIMEOUT_MS);
  try {
    await secured(socket, options);
    const fingerprint = identify(socket, options, protocol.alpn);
    const connection = openConnection(socket, fingerprint, protocol, options);
    if (!trust(fingerprint)) {
      deadline.set(options.timeoutMs ?? PAIRING_TIMEOUT_MS);
      await pairFirst(socket, connection, options);
    }
    return await sayHello(connection, options);
  } catch (error) {
    socket.destroy();
    throw deadline.isOver ? timeout(options) : error;
  } finally {
    deadline.clear();
  }
}

/** The one timer of a connection that is being made. */
class Deadline {
  isOver = false;
  private cancel = () => {};

  constructor(
    private readonly clock: Clock,
    private readonly onOver: () => void,
  ) {}

  set(ms: number): void {
    this.cancel();
    this.cancel = this.clock.after(ms, () => {
      this.isOver = true;
      this.onOver();
    });
  }

  clear(): void {
    this.cancel();
  }
}

function openSocket(options: ClientPlace, alpn: string): TLSSocket {
  return connectTls({
    host: options.host,
    port: options.port,
    ...(options.localAddress !== undefined && { localAddress: options.localAddress }),
    cert: options.identity.certificatePem,
    key: options.identity.privateKeyPem,
    minVersion: 'TLSv1.3',
    ALPNProtocols: [alpn],
    // Nobody signs teachers' certificates: `identify` compares the fingerprint instead.
    rejectUnauthorized: false,
  });
}

function secured(socket: TLSSocket, options: ClientPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.on('error', (error) => reject(socketError(error, options)));
    socket.on('close', () => reject(closedSilently(options)));
  });
}

/** The teacher's fingerprint, if this is a teacher, and the one that is looked for. */
function identify(socket: TLSSocket, options: ClientPlace, alpn: string): string {
  const fingerprint = peerFingerprint(socket);
  if (fingerprint === undefined || socket.alpnProtocol !== alpn) throw notTutti(options);
  const { expected = fingerprint } = options;
  if (fingerprint !== expected) throw new UntrustedTeacherError(fingerprint, placeOf(options), [expected]);
  return fingerprint;
}

function openConnection<Out extends Message, In extends Message>(
  socket: TLSSocket,
  fingerprint: string,
  protocol: ControlProtocol<Out, In>,
  options: ClientPlace,
): ControlConnection<Out, In> {
  return new ControlConnection<Out, In>(socket, greetingParser(protocol), {
    peerFingerprint: fingerprint,
    ...(options.clock && { clock: options.clock }),
    ...(options.limits && { limits: options.limits }),
  });
}

/** @throws UntrustedTeacherError where this student may not pair */
async function pairFirst<Out extends Message, In extends Message>(
  socket: TLSSocket,
  connection: ControlConnection<Out, In>,
  options: ControlClientOptions<Out>,
): Promise<void> {
  const { pair, identity, hello } = options;
  const teacher = connection.peerFingerprint;
  if (pair === undefined) throw new UntrustedTeacherError(teacher, placeOf(options), options.trusted ?? []);
  const context = { code: pair.code, exporter: pairingExporter(socket), student: identity.fingerprint, teacher };
  const place = placeOf(options);
  const room = await requestPairing(connection, { context, place, name: hello.name }, (reason) =>
    closedBeforeWelcome(reason, options),
  );
  await pair.onPaired({ fingerprint: teacher, room });
}

function sayHello<Out extends Message, In extends Message>(
  connection: ControlConnection<Out, In>,
  options: ControlClientOptions<Out>,
): Promise<Enrolment<Out, In>> {
  connection.acceptLongFrames();
  connection.send(options.hello);
  return new Promise((resolve, reject) => {
    connection.attach({
      onMessage: (message) => {
        if (!isSession(message, 'welcome'))
          throw new ControlFault('protocol', 'The first message has to be a welcome.');
        // Whoever called attaches handlers of its own in a moment; what follows the welcome waits for them.
        connection.detach();
        resolve({ connection, welcome: { ...message, room: plainText(message.room, MAX_PEER_NAME_CHARS) } });
      },
      onClose: (reason) => reject(closedBeforeWelcome(reason, options)),
    });
  });
}

/** All but the greeting, which depends on what is spoken. */
type ClientPlace = Omit<ControlClientOptions, 'hello'>;

function placeOf(options: ClientPlace): string {
  return hostAndPort(options.host, options.port);
}

function closedBeforeWelcome({ cause, code, reason }: CloseReason, options: ClientPlace): ConnectError {
  if (code !== undefined) return new ConnectError(code, reason);
  if (cause === 'network') return new ConnectError('ended', `The connection to ${placeOf(options)} broke: ${reason}`);
  return closedSilently(options);
}

function closedSilently(options: ClientPlace): ConnectError {
  return new ConnectError('ended', `${placeOf(options)} closed the connection without a word.`);
}

function timeout(options: ClientPlace): ConnectError {
  return new ConnectError(
    'timeout',
    `${placeOf(options)} does not answer. Is this computer in the same network as the teacher's?`,
  );
}

function notTutti(options: ClientPlace): ConnectError {
  return new ConnectError('notTutti', `What answers at ${placeOf(options)} is not a Tutti room. Is the port right?`);
}

const UNREACHABLE = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EINVAL',
  'EACCES',
  'EPERM',
]);

function socketError(error: NodeJS.ErrnoException, options: ClientPlace): ConnectError {
  const place = placeOf(options);
  const code = error.code ?? '';
  if (code === 'ECONNREFUSED')
    return new ConnectError('refused', `Nothing listens at ${place}. Is the room open, and is the address right?`);
  if (code === 'ETIMEDOUT') return timeout(options);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new ConnectError('unreachable', `There is no computer called ${options.host} in this network.`);
  if (UNREACHABLE.has(code))
    return new ConnectError('unreachable', `There is no way to ${place} from here. Is this computer in its network?`);
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return notTutti(options);
  return new ConnectError('ended', `The connection to ${place} broke: ${error.message}.`);
}
