// Work that many events ask for, done at most so often: at once the first time, then once an interval.

export interface Clock {
  now(): number;
  after(milliseconds: number, run: () => void): unknown;
}

const REAL: Clock = { now: () => performance.now(), after: (milliseconds, run) => setTimeout(run, milliseconds) };

export class Throttle {
  private last = Number.NEGATIVE_INFINITY;
  private planned = false;
  private readonly interval: number;
  private readonly work: () => void;
  private readonly clock: Clock;

  constructor(interval: number, work: () => void, clock: Clock = REAL) {
    this.interval = interval;
    this.work = work;
    this.clock = clock;
  }

  ask(): void {
    if (this.planned) {
      return;
    }
    const wait = this.last + this.interval - this.clock.now();
    if (wait <= 0) {
      this.run();
    } else {
      this.planned = true;
      this.clock.after(wait, () => this.run());
    }
  }

  private run(): void {
    this.planned = false;
    this.last = this.clock.now();
    this.work();
  }
}
