import type { ChannelFileView } from '../../src-shared/ipc/channel-views';

/** More are not looked at. */
const MAX_FILES = 50;

/** The files of a channel that there was news of last, newest first. */
export class FileLog {
  private files: ChannelFileView[] = [];

  get list(): readonly ChannelFileView[] {
    return this.files;
  }

  /** A file goes on where it was left; one that begins anew is another. */
  add(file: ChannelFileView): void {
    const before = this.files.findIndex(
      ({ path, state }) => path === file.path && (state === 'sending' || state === 'arriving'),
    );
    const rest = before < 0 ? this.files : this.files.toSpliced(before, 1);
    this.files = [file, ...rest].slice(0, MAX_FILES);
  }
}
