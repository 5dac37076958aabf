// What of a replaced stretch of text really changed, line by line and, in a changed line, word by word. No editor in here.

/** Lines `removed` were where lines `first` up to `first + added` of the new text are. */
export interface Difference {
  readonly first: number;
  readonly added: number;
  readonly removed: readonly string[];
}

/** The middle of a line that differs: characters `start` up to `end` of the new line stand for `removed`. */
export interface WordDifference {
  readonly start: number;
  readonly end: number;
  readonly removed: string;
}

const MOST_COMPARED = 250_000; // pairs; beyond that, one difference
const MOST_PIECES = 4; // of a line; with more it reads better whole

export function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines[lines.length - 1] === "") {
    lines.pop();
  }
  return lines;
}

/** The differences between two texts, from the top. */
export function differences(before: string, after: string): Difference[] {
  const old = splitLines(before);
  const now = splitLines(after);
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) {
    head++;
  }
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) {
    tail++;
  }
  const a = old.slice(head, old.length - tail);
  const b = now.slice(head, now.length - tail);
  if (a.length === 0 && b.length === 0) {
    return [];
  }
  if (a.length * b.length > MOST_COMPARED || a.length === 0 || b.length === 0) {
    return [{ first: head, added: b.length, removed: a }];
  }
  return gaps(a, b, kept(a, b)).map((each) => ({ ...each, first: each.first + head }));
}

/** What differs between two lines that are much alike, from the left; undefined for lines that have little in common. */
export function wordDifferences(before: string, after: string): WordDifference[] | undefined {
  const old = words(before);
  const now = words(after);
  if (old.length * now.length > MOST_COMPARED) {
    return undefined;
  }
  const pairs = kept(old, now);
  const alike = pairs.reduce((sum, [, at]) => sum + (now[at] ?? "").trim().length, 0);
  const found = gaps(old, now, pairs);
  if (alike * 2 < Math.max(before.trim().length, after.trim().length) || found.length > MOST_PIECES) {
    return undefined;
  }
  const offsets = [0];
  for (const word of now) {
    offsets.push((offsets.at(-1) ?? 0) + word.length);
  }
  return found.map((each) => ({
    start: offsets[each.first] ?? 0,
    end: offsets[each.first + each.added] ?? after.length,
    removed: each.removed.join(""),
  }));
}

/** The longest run of lines or words that both have, as pairs of indices. */
function kept(a: readonly string[], b: readonly string[]): [number, number][] {
  const width = b.length + 1;
  const length = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const down = length[(i + 1) * width + j] ?? 0;
      const right = length[i * width + j + 1] ?? 0;
      length[i * width + j] = a[i] === b[j] ? (length[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(down, right);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      pairs.push([i++, j++]);
    } else if ((length[(i + 1) * width + j] ?? 0) >= (length[i * width + j + 1] ?? 0)) {
      i++;
    } else {
      j++;
    }
  }
  return pairs;
}

function gaps(a: readonly string[], b: readonly string[], pairs: readonly [number, number][]): Difference[] {
  const found: Difference[] = [];
  let [i, j] = [0, 0];
  for (const [ai, bj] of [...pairs, [a.length, b.length] as const]) {
    if (ai > i || bj > j) {
      found.push({ first: j, added: bj - j, removed: a.slice(i, ai) });
    }
    [i, j] = [ai + 1, bj + 1];
  }
  return found;
}

function words(line: string): string[] {
  return line.match(/[\p{L}\p{N}_]+|\s+|./gu) ?? [];
}
