import { connect as connectTls, type TLSSocket } from 'node:tls';
import { hostAndPort } from '../../src-shared/text/host-and-port';
import { plainText } from '../../src-shared/text/plain-text';
import { MAX_PEER_NAME_CHARS } from '../../src-shared/wire/limits';
import { type Hello, parseTeacherMessage, type TeacherMessage } from '../../src-shared/wire/messages';
import { formatFingerprint } from '../security/fingerprint';
import type { Identity } from '../security/identity';
import { type Clock, systemClock } from './clock';
import {
  type CloseReason,
  type ConnectionLimits,
  ControlConnection,
  type TeacherConnection,
} from './control-connection';
import { ControlFault, type FaultCode, requireSameVersion } from './control-fault';
import { ALPN, peerFingerprint } from './peer-certificate';

export type Welcome = Extract<TeacherMessage, { type: 'welcome' }>;

export interface ControlClientOptions {
  readonly host: string;
  readonly port: number;
  /** Own address to connect from, where the app is restricted to one. */
  readonly localAddress?: string;
  readonly identity: Identity;
  readonly hello: Hello;
  /** Judges the teacher's certificate; nothing is said to a teacher for whom it gives false. */
  trust(fingerprint: string): boolean;
  /** For the error's sentence: whom the student trusts. */
  readonly trusted?: readonly string[];
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

/**
 * Connects to a teacher, checks who it is before saying anything, says hello and waits for the welcome
 * (PROTOCOL.md section 4.1). The connection reads on once handlers are attached.
 * @throws ConnectError, UntrustedTeacherError
 */
export async function connectControl(
  options: ControlClientOptions,
): Promise<{ connection: TeacherConnection; welcome: Welcome }> {
  const socket = openSocket(options);
  let late = false;
  const cancelTimeout = (options.clock ?? systemClock).after(options.timeoutMs ?? TIMEOUT_MS, () => {
    late = true;
    socket.destroy();
  });
  try {
    await secured(socket, options);
    const fingerprint = identify(socket, options);
    return await sayHello(socket, fingerprint, options);
  } catch (error) {
    socket.destroy();
    throw late ? timeout(options) : error;
  } finally {
    cancelTimeout();
  }
}

function openSocket(options: ControlClientOptions): TLSSocket {
  return connectTls({
    host: options.host,
    port: options.port,
    ...(options.localAddress !== undefined && { localAddress: options.localAddress }),
    cert: options.identity.certificatePem,
    key: options.identity.privateKeyPem,
    minVersion: 'TLSv1.3',
    ALPNProtocols: [ALPN],
    // Nobody signs teachers' certificates: `identify` compares the fingerprint instead.
    rejectUnauthorized: false,
  });
}

function secured(socket: TLSSocket, options: ControlClientOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.on('error', (error) => reject(socketError(error, options)));
    socket.on('close', () => reject(closedSilently(options)));
  });
}

/** The teacher's fingerprint, if this is a teacher and one to talk to. */
function identify(socket: TLSSocket, options: ControlClientOptions): string {
  const fingerprint = peerFingerprint(socket);
  if (fingerprint === undefined || socket.alpnProtocol !== ALPN) throw notTutti(options);
  if (options.trust(fingerprint)) return fingerprint;
  throw new UntrustedTeacherError(fingerprint, placeOf(options), options.trusted ?? []);
}

function sayHello(
  socket: TLSSocket,
  fingerprint: string,
  options: ControlClientOptions,
): Promise<{ connection: TeacherConnection; welcome: Welcome }> {
  const connection: TeacherConnection = new ControlConnection(socket, parseGreeting, {
    peerFingerprint: fingerprint,
    ...(options.clock && { clock: options.clock }),
    ...(options.limits && { limits: options.limits }),
  });
  connection.acceptLongFrames();
  connection.send(options.hello);
  return new Promise((resolve, reject) => {
    connection.attach({
      onMessage: (message) => {
        if (message.type !== 'welcome') throw new ControlFault('protocol', 'The first message has to be a welcome.');
        // Whoever called attaches handlers of its own in a moment; what follows the welcome waits for them.
        connection.detach();
        resolve({ connection, welcome: { ...message, room: plainText(message.room, MAX_PEER_NAME_CHARS) } });
      },
      onClose: (reason) => reject(closedBeforeWelcome(reason, options)),
    });
  });
}

function parseGreeting(body: unknown): TeacherMessage | undefined {
  requireSameVersion(body);
  return parseTeacherMessage(body);
}

function placeOf(options: ControlClientOptions): string {
  return hostAndPort(options.host, options.port);
}

function closedBeforeWelcome({ cause, code, reason }: CloseReason, options: ControlClientOptions): ConnectError {
  if (code !== undefined) return new ConnectError(code, reason);
  if (cause === 'network') return new ConnectError('ended', `The connection to ${placeOf(options)} broke: ${reason}`);
  return closedSilently(options);
}

function closedSilently(options: ControlClientOptions): ConnectError {
  return new ConnectError('ended', `${placeOf(options)} closed the connection without a word.`);
}

function timeout(options: ControlClientOptions): ConnectError {
  return new ConnectError(
    'timeout',
    `${placeOf(options)} does not answer. Is this computer in the same network as the teacher's?`,
  );
}

function notTutti(options: ControlClientOptions): ConnectError {
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

function socketError(error: NodeJS.ErrnoException, options: ControlClientOptions): ConnectError {
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
