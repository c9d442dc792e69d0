import type { FileEvent, PublisherEvent } from '../../src-shared/ipc/channel-events';
import type { PublicationView } from '../../src-shared/ipc/channel-views';
import type { ChannelBus, Publication, PublishOptions } from './bus';
import { FileLog } from './file-log';
import { type Memory, WatchedFolder } from './watched-folder';

export interface FolderPublicationOptions extends Omit<PublishOptions, 'onEvent'> {
  readonly bus: ChannelBus;
  readonly subject: string;
  readonly directory: string;
  readonly memory: Memory;
  onEvent?(event: PublisherEvent | FileEvent): void;
}

/** A channel of a watched folder's files. */
export class FolderPublication {
  private constructor(
    private readonly publication: Publication,
    private readonly folder: WatchedFolder,
    private readonly directory: string,
    private readonly files: FileLog,
  ) {}

  /** @throws ChannelError, StoreError, or what keeps the folder from being read */
  static async open({
    bus,
    subject,
    directory,
    memory,
    onEvent,
    ...options
  }: FolderPublicationOptions): Promise<FolderPublication> {
    const publication = await bus.publish(subject, { ...options, ...(onEvent === undefined ? {} : { onEvent }) });
    const files = new FileLog();
    const watching = WatchedFolder.open({
      directory,
      publication,
      memory,
      onFile: (file) => {
        files.add(file);
        const { at: _, ...facts } = file;
        onEvent?.({ event: 'file', subject, ...facts });
      },
      onProblem: (reason) => onEvent?.({ event: 'problem', reason }),
    });
    // A channel of a folder that cannot be read is none: it can be opened again once that is put right.
    const folder = await watching.catch(async (error: unknown) => {
      await publication.close();
      throw error;
    });
    return new FolderPublication(publication, folder, directory, files);
  }

  view(): PublicationView {
    return { ...this.publication.view(), folder: this.directory, files: this.files.list };
  }

  /** Looks at the folder no more, after the file that is being published. The channel goes on when its bus is opened again. */
  async close(): Promise<void> {
    await this.folder.close();
    await this.publication.flush();
  }

  /** Ends the channel, too: who follows it hears that this was all. */
  async end(): Promise<void> {
    await this.folder.close();
    await this.publication.close();
  }
}
