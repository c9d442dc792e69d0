import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { StudentIdentity } from '../../src-shared/ipc/events';
import { hostAndPort } from '../../src-shared/text/host-and-port';
import { plainText } from '../../src-shared/text/plain-text';
import { MAX_PEER_NAME_CHARS, MAX_STUDENTS } from '../../src-shared/wire/limits';
import type { StudentMessage, TeacherMessage } from '../../src-shared/wire/messages';
import { isSession, type Message, type PairMessage, PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import type { Identity } from '../security/identity';
import type { PairingDesk } from '../security/pairing-desk';
import { plainAddress } from './address';
import { type Clock, systemClock } from './clock';
import { type ConnectionBounds, ConnectionLimiter, type Place } from './connection-limiter';
import { type ConnectionLimits, ControlConnection, type ControlHandlers } from './control-connection';
import { ControlFault } from './control-fault';
import { CLASSROOM, type ControlProtocol, greetingParser, type HelloOf } from './control-protocol';
import { answerPairing } from './pairing-answer';
import { pairingExporter } from './pairing-exporter';
import { peerFingerprint } from './peer-certificate';
import { StrangerNews } from './stranger-news';
import { reasonOf } from './words';

/** Bounds of the door (PROTOCOL.md sections 4.5 and 11). */
export interface ServerLimits extends ConnectionBounds {
  /** Students enrolled at once: an assembly hall. */
  readonly students: number;
  /** Two round trips and two P-256 operations; slow machines need a tenth of it. */
  readonly handshakeMs: number;
  readonly helloMs: number;
}

const LIMITS: ServerLimits = {
  students: MAX_STUDENTS,
  connections: 1_200,
  perAddress: 64,
  halfOpen: 128,
  handshakeMs: 5_000,
  helloMs: 3_000,
};

/** A student at the highest rate there is sends 1,500 position reports a second; 4,000 wait after a stutter of 2.5 s here. */
const STUDENT_LIMITS = { messagesPerSecond: 2_000, messagesAtOnce: 4_000 };

/** A room for paired students, and for those who know its code. */
export interface PairedOnly {
  readonly desk: PairingDesk;
  /** Whether the student whose certificate has this fingerprint is paired; asked at every hello. */
  isPaired(id: string): boolean;
  /**
   * A student has proved that it knows the code. It is told so once this resolves: when its certificate is pinned on disk.
   * Where this rejects it gets the error's sentence instead.
   */
  onPaired(student: StudentIdentity): Promise<void>;
  /** Somebody who is not paired has said hello and was sent away; no more than a few a second are told. */
  onStranger(stranger: StudentIdentity): void;
}

const UNPAIRED = "This computer is not paired with the room. Type the room's code once.";
const NO_CODE = 'This room has no code, as it lets everybody in. Join it without one.';

export interface ControlServerOptions<Out extends Message = TeacherMessage, In extends Message = StudentMessage> {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly identity: Identity;
  /** The room's name, as the students see it. */
  readonly room: string;
  /** Who may say hello: anyone, or who is paired; the desk pairs those who know the code (PROTOCOL.md section 6.5). */
  readonly admit: 'anyone' | PairedOnly;
  /** A student said hello and was welcomed. The name in its hello is fit to be shown. */
  onStudent(connection: ControlConnection<Out, In>, hello: HelloOf<In>): ControlHandlers<In>;
  readonly clock?: Clock;
  readonly limits?: Partial<ServerLimits>;
  readonly connectionLimits?: Partial<ConnectionLimits>;
}

/** The control port cannot be opened; the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * Opens the control port (PROTOCOL.md section 4.1): TLS 1.3, every student with its own certificate.
 * @throws ListenError
 */
export function listenControl(options: ControlServerOptions): Promise<ControlServer<TeacherMessage, StudentMessage>> {
  return listenFor(CLASSROOM, options);
}

/** Opens a port for another use of control connections: pairing, keep-alive and bounds are the same. @throws ListenError */
export async function listenFor<Out extends Message, In extends Message>(
  protocol: ControlProtocol<Out, In>,
  options: ControlServerOptions<Out, In>,
): Promise<ControlServer<Out, In>> {
  const server = new ControlServer(protocol, options);
  await server.listen();
  return server;
}

/** A TCP connection that is open, student or not yet. */
interface Visitor {
  readonly socket: Socket;
  readonly place: Place;
  /** Stops the clock that runs until it has said hello. */
  cancelDeadline: () => void;
  saidHello: boolean;
}

/** The teacher's end of all control connections; made by `listenControl`. */
export class ControlServer<Out extends Message = TeacherMessage, In extends Message = StudentMessage> {
  private readonly clock: Clock;
  private readonly limits: ServerLimits;
  private readonly limiter: ConnectionLimiter;
  private readonly tcp: TcpServer;
  private readonly tls: TlsServer;
  private readonly visitors = new Map<string, Visitor>();
  private readonly students = new Map<string, ControlConnection<Out, In>>();
  private readonly strangers: StrangerNews;
  private refusedCount = 0;

  constructor(
    private readonly protocol: ControlProtocol<Out, In>,
    private readonly options: ControlServerOptions<Out, In>,
  ) {
    this.clock = options.clock ?? systemClock;
    this.limits = { ...LIMITS, ...options.limits };
    this.limiter = new ConnectionLimiter(this.limits);
    this.strangers = new StrangerNews(this.clock.now());
    // A TCP server of our own in front: whoever is too many is gone before TLS has spent anything on it.
    this.tcp = createTcpServer({ noDelay: true }, (socket) => this.admit(socket));
    this.tls = createTlsServer({
      cert: options.identity.certificatePem,
      key: options.identity.privateKeyPem,
      minVersion: 'TLSv1.3',
      ALPNProtocols: [protocol.alpn],
      // Nobody signs students' certificates: a student is whoever owns the key of the one it shows.
      requestCert: true,
      rejectUnauthorized: false,
    });
    this.tls.on('secureConnection', (socket) => this.greet(socket));
    this.tls.on('tlsClientError', (_, socket) => socket.destroy());
  }

  /** Called once, by `listenControl`. @throws ListenError */
  listen(): Promise<void> {
    const { host, port } = this.options;
    return new Promise((resolve, reject) => {
      this.tcp.once('error', (error) => reject(listenError(error, host, port)));
      this.tcp.listen({ host, port }, resolve);
    });
  }

  /** Where it listens. */
  get address(): { readonly host: string; readonly port: number } {
    const bound = this.tcp.address();
    if (bound === null || typeof bound === 'string') throw new Error('the control server is not listening');
    return { host: bound.address, port: bound.port };
  }

  /** Connections turned away, or lost, before they had said hello. */
  get refused(): number {
    return this.refusedCount;
  }

  /** Closes every connection after its last words; resolves when all are gone. */
  async close(reason = 'The teacher closed the room.'): Promise<void> {
    const closed = new Promise<void>((resolve) => this.tcp.close(() => resolve()));
    for (const visitor of this.visitors.values()) if (!visitor.saidHello) visitor.socket.destroy();
    for (const student of this.students.values()) student.close(reason);
    await closed;
  }

  private admit(socket: Socket): void {
    socket.on('error', () => {});
    const place = this.limiter.admit(plainAddress(socket.remoteAddress));
    if (place === undefined) {
      this.refusedCount++;
      socket.destroy();
      return;
    }
    const key = socketKey(socket);
    const visitor: Visitor = { socket, place, cancelDeadline: () => {}, saidHello: false };
    this.visitors.set(key, visitor);
    this.setDeadline(visitor, this.limits.handshakeMs);
    socket.once('close', () => this.forget(key, visitor));
    this.tls.emit('connection', socket);
  }

  private setDeadline(visitor: Visitor, ms: number): void {
    visitor.cancelDeadline();
    visitor.cancelDeadline = this.clock.after(ms, () => visitor.socket.destroy());
  }

  private forget(key: string, visitor: Visitor): void {
    visitor.cancelDeadline();
    visitor.place.release();
    this.visitors.delete(key);
    if (!visitor.saidHello) this.refusedCount++;
  }

  /** The handshake is done: now it has to say hello. */
  private greet(socket: TLSSocket): void {
    const visitor = this.visitors.get(socketKey(socket));
    const fingerprint = peerFingerprint(socket);
    if (visitor === undefined || fingerprint === undefined || socket.alpnProtocol !== this.protocol.alpn) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    const connection = new ControlConnection<Out, In>(socket, greetingParser(this.protocol), {
      peerFingerprint: fingerprint,
      clock: this.clock,
      limits: { ...STUDENT_LIMITS, ...this.options.connectionLimits },
    });
    this.awaitHello(visitor, connection, pairingExporter(socket));
  }

  /** @param exporter the connection's secret, where the student may still ask to be paired */
  private awaitHello(visitor: Visitor, connection: ControlConnection<Out, In>, exporter?: Uint8Array): void {
    this.setDeadline(visitor, this.limits.helloMs);
    connection.attach({
      onMessage: (message) => {
        if (isHello(message)) this.enrol(visitor, connection, message);
        else if (isSession(message, 'pair') && exporter !== undefined)
          this.pair(visitor, connection, message, exporter);
        else throw new ControlFault('protocol', 'The first message has to be a hello.');
      },
    });
  }

  /** Pairs a student that knows the code (section 6.5); its hello follows. The desk bounds the time that this may take. */
  private pair(
    visitor: Visitor,
    connection: ControlConnection<Out, In>,
    message: PairMessage,
    exporter: Uint8Array,
  ): void {
    const { admit, identity, room } = this.options;
    if (admit === 'anyone') throw new ControlFault('unpaired', NO_CODE);
    visitor.cancelDeadline();
    const { desk, onPaired } = admit;
    const context = { exporter, student: connection.peerFingerprint, teacher: identity.fingerprint };
    answerPairing(connection, { desk, message, context }, (tag) => {
      // What follows waits until the student is pinned.
      connection.detach();
      onPaired(identityOf(connection, message.name)).then(
        () => {
          connection.send({ type: 'paired', tag, room });
          this.awaitHello(visitor, connection);
        },
        (error: unknown) => connection.fault('busy', reasonOf(error)),
      );
    });
  }

  private enrol(visitor: Visitor, connection: ControlConnection<Out, In>, message: HelloOf<In>): void {
    this.requirePaired(connection, message);
    visitor.cancelDeadline();
    visitor.place.settle();
    visitor.saidHello = true;
    connection.acceptReports();
    this.makeRoomFor(connection);
    this.welcome(connection, message);
  }

  private requirePaired(connection: ControlConnection<Out, In>, hello: HelloOf<In>): void {
    const { admit } = this.options;
    if (admit === 'anyone' || admit.isPaired(connection.peerFingerprint)) return;
    if (this.strangers.mayTell(connection.remoteAddress, this.clock.now()))
      admit.onStranger(identityOf(connection, hello.name));
    throw new ControlFault('unpaired', UNPAIRED);
  }

  private makeRoomFor(connection: ControlConnection<Out, In>): void {
    const older = this.students.get(connection.peerFingerprint);
    older?.fault('replaced', 'This computer connected to the room once more; its newer connection goes on.');
    if (this.students.size < this.limits.students) return;
    throw new ControlFault('busy', `This room is full: it takes ${this.limits.students} students at a time.`);
  }

  private welcome(connection: ControlConnection<Out, In>, hello: HelloOf<In>): void {
    const student = connection.peerFingerprint;
    this.students.set(student, connection);
    connection.send({ type: 'welcome', version: PROTOCOL_VERSION, room: this.options.room, student });
    const handlers = this.options.onStudent(connection, { ...hello, name: identityOf(connection, hello.name).name });
    connection.attach({
      onMessage: (message, attachment) => handlers.onMessage(message, attachment),
      onProgress: (progress) => handlers.onProgress?.(progress),
      onDrain: () => handlers.onDrain?.(),
      onClose: (reason) => {
        if (this.students.get(student) === connection) this.students.delete(student);
        handlers.onClose?.(reason);
      },
    });
  }
}

/** A name from the network is fit to be shown afterwards. */
function identityOf(
  {
    peerFingerprint: id,
    remoteAddress: ip,
  }: Pick<ControlConnection<Message, Message>, 'peerFingerprint' | 'remoteAddress'>,
  name: string,
): StudentIdentity {
  return { id, name: plainText(name, MAX_PEER_NAME_CHARS), ip };
}

function isHello<In extends Message>(message: In): message is HelloOf<In> {
  return message.type === 'hello';
}

/** Tells two ends of one connection from all others: the TLS socket has the same as the TCP socket below it. */
function socketKey(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const place = hostAndPort(host, port);
  switch (error.code) {
    case 'EADDRINUSE':
      return new ListenError(`Another program uses ${place} already. Close it, or choose another port.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ListenError(`This computer does not have the address ${host}. Choose one of its own.`);
    case 'EACCES':
      return new ListenError(`This user may not open port ${port}. Choose a port above 1023.`);
    default:
      return new ListenError(`The room cannot be opened at ${place}: ${error.message}.`);
  }
}
