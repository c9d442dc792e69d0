import { SerialQueue } from '../library/serial-queue';
import type { Endpoint } from '../tftp/endpoint';
import type { TftpServer } from '../tftp/server';
import type { ServerOutput } from '../tftp/server-io';
import { ErrorCode, TftpError } from '../tftp/tftp-error';
import type { SharedFile } from './shared-file';
import type { SharedFolder } from './shared-folder';
import { UdpPort, type UdpPortOptions } from './udp-port';
import type { WriteFolder, WrittenFile } from './write-folder';

/** What the server asks for about a session. */
type SessionOutput = Exclude<ServerOutput, { kind: 'event' | 'send' | 'closeSession' }>;

export interface DeviceSessionOptions {
  readonly folder: SharedFolder;
  readonly writeFolder: WriteFolder | undefined;
  /** Where the sessions' ports are opened. */
  readonly address: string;
  readonly multicast: UdpPortOptions['multicast'];
  /** Whether a datagram from there is looked at at all. */
  accepts(from: Endpoint): boolean;
  /** Feeds the machine. */
  feed(input: (machine: TftpServer, now: number) => void): void;
}

/** The port and the file of one session. What takes time is done one after the other. */
export class DeviceSession {
  private readonly queue = new SerialQueue();
  private port: UdpPort | undefined;
  private shared: SharedFile | undefined;
  private written: WrittenFile | undefined;
  private isClosed = false;

  constructor(
    private readonly id: string,
    private readonly options: DeviceSessionOptions,
  ) {}

  carryOut(output: SessionOutput): void {
    switch (output.kind) {
      case 'openFile':
        return this.run(() => this.openFile(output.file));
      case 'createFile':
        return this.run(() => this.createFile(output.file));
      case 'openPort':
        return this.run(() => this.openPort(output.group !== null));
      case 'read':
        return this.run(() => this.read(output.offset, output.length));
      case 'write':
        return this.run(() => this.write(output.bytes));
      case 'finishFile':
        return this.run(() => this.finishFile());
    }
  }

  /** Sends from the session's port. */
  send(bytes: Uint8Array, to: Endpoint): void {
    this.port?.send(bytes, to);
  }

  /** Lets go of port and file, once what was sent has left. Never rejects. */
  close(): Promise<void> {
    this.isClosed = true;
    return this.queue.run(async () => {
      const { port, shared, written } = this;
      this.port = this.shared = this.written = undefined;
      await Promise.allSettled([port?.close(), shared?.close(), written?.close()]);
    });
  }

  private async openFile(name: string): Promise<void> {
    const file = await this.options.folder.openFile(name);
    this.shared = file;
    this.answer((machine, now) => machine.fileOpened(this.id, file.size, now));
  }

  private async createFile(name: string): Promise<void> {
    if (this.options.writeFolder === undefined)
      throw new TftpError(ErrorCode.accessViolation, 'Nothing can be written here');
    this.written = await this.options.writeFolder.create(name);
    this.answer((machine, now) => machine.fileCreated(this.id, now));
  }

  private async openPort(sendsToGroup: boolean): Promise<void> {
    const { address, multicast } = this.options;
    this.port = await UdpPort.open({
      address,
      port: 0,
      ...(sendsToGroup && multicast !== undefined ? { multicast } : {}),
      onDatagram: (bytes, from) => {
        if (this.options.accepts(from)) this.answer((machine, now) => machine.datagram(this.id, bytes, from, now));
      },
    });
    this.answer((machine, now) => machine.portOpened(this.id, now));
  }

  private async read(offset: number, length: number): Promise<void> {
    const bytes = (await this.shared?.read(offset, length)) ?? new Uint8Array(0);
    this.answer((machine, now) => machine.dataRead(this.id, offset, bytes, now));
  }

  private async write(bytes: Uint8Array): Promise<void> {
    await this.written?.append(bytes);
    this.answer((machine, now) => machine.written(this.id, now));
  }

  private async finishFile(): Promise<void> {
    await this.written?.finish();
    this.answer((machine, now) => machine.fileFinished(this.id, now));
  }

  private run(work: () => Promise<void>): void {
    void this.queue.run(async () => {
      if (this.isClosed) return;
      await work().catch((error: unknown) => this.fail(error));
    });
  }

  private fail(error: unknown): void {
    const failure =
      error instanceof TftpError
        ? { code: error.code, reason: error.message }
        : { code: ErrorCode.undefined, reason: 'The server has no more ports for devices.' };
    this.answer((machine, now) => machine.sessionFailed(this.id, failure, now));
  }

  private answer(input: (machine: TftpServer, now: number) => void): void {
    if (!this.isClosed) this.options.feed(input);
  }
}
