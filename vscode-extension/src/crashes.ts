// How often the server may end by itself before it is left alone. No editor in here.

export class Crashes {
  private times: number[] = [];
  private readonly most: number;
  private readonly within: number;
  private readonly now: () => number;

  constructor(most: number, within: number, now: () => number = Date.now) {
    this.most = most;
    this.within = within;
    this.now = now;
  }

  /** Count one. True if that is too many within the time. */
  count(): boolean {
    const now = this.now();
    this.times = [...this.times.filter((each) => now - each < this.within), now];
    return this.times.length > this.most;
  }

  forget(): void {
    this.times = [];
  }
}
