/** Runs asynchronous jobs one after the other, in the order in which they were added. */
export class SerialQueue {
  private tail: Promise<unknown> = Promise.resolve();

  /** The job's own result; a job that fails does not stop those behind it. */
  run<T>(job: () => Promise<T>): Promise<T> {
    const result = this.tail.then(job);
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when there is no job left, nor one that a job has added. */
  async idle(): Promise<void> {
    for (let seen: Promise<unknown> | undefined; seen !== this.tail; ) {
      seen = this.tail;
      await seen;
    }
  }
}
