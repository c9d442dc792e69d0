interface Task {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time: tasks run in order of time, then of scheduling; nothing ever waits. */
export class VirtualClock {
  private time = 0;
  private order = 0;
  private readonly heap: Task[] = [];

  get now(): number {
    return this.time;
  }

  schedule(at: number, run: () => void): void {
    const task = { at: Math.max(at, this.time), order: this.order++, run };
    let child = this.heap.push(task) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.isBefore(child, parent)) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  /** Runs until nothing is left, `until` says so, or `limit` ms have passed. @returns false at the limit. */
  run(until: () => boolean, limit: number): boolean {
    while (!until()) {
      const task = this.pop();
      if (task === undefined) return until();
      if (task.at > limit) return false;
      this.time = task.at;
      task.run();
    }
    return true;
  }

  private pop(): Task | undefined {
    const top = this.heap[0];
    const last = this.heap.pop();
    if (top === undefined || last === undefined || this.heap.length === 0) return top;
    this.heap[0] = last;
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1;
      const smaller = left + 1 < this.heap.length && this.isBefore(left + 1, left) ? left + 1 : left;
      if (smaller >= this.heap.length || !this.isBefore(smaller, parent)) return top;
      this.swap(smaller, parent);
      parent = smaller;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [x, y] = [this.heap[a], this.heap[b]];
    if (x === undefined || y === undefined) return false;
    return x.at < y.at || (x.at === y.at && x.order < y.order);
  }

  private swap(a: number, b: number): void {
    const [x, y] = [this.heap[a], this.heap[b]];
    if (x === undefined || y === undefined) return;
    this.heap[a] = y;
    this.heap[b] = x;
  }
}
