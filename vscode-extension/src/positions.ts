// Where places of a text are once the text has changed. Lines and characters from 0, characters in UTF-16 as the editor counts.

export interface Point {
  readonly line: number;
  readonly character: number;
}

export interface Span {
  readonly start: Point;
  readonly end: Point;
}

/** `span` of the text before becomes `text`. */
export interface Change {
  readonly span: Span;
  readonly text: string;
}

/** Negative if `a` is before `b`, 0 if they are the same. */
export function compare(a: Point, b: Point): number {
  return a.line - b.line || a.character - b.character;
}

export function same(a: Span, b: Span): boolean {
  return compare(a.start, b.start) === 0 && compare(a.end, b.end) === 0;
}

export function isEmpty(span: Span): boolean {
  return compare(span.start, span.end) === 0;
}

/** Where a text ends that begins at `start`. */
export function endOf(start: Point, text: string): Point {
  const lines = text.split(/\r\n|\r|\n/);
  const last = lines[lines.length - 1] ?? "";
  return lines.length === 1
    ? { line: start.line, character: start.character + last.length }
    : { line: start.line + lines.length - 1, character: last.length };
}

/** A point after a change. One in the replaced text moves to its start or to its end. */
export function movePoint(point: Point, change: Change, side: "start" | "end"): Point {
  const { start, end } = change.span;
  const before = compare(point, start);
  if (before < 0 || (before === 0 && side === "start")) {
    return point;
  }
  const newEnd = endOf(start, change.text);
  if (compare(point, end) < 0) {
    return side === "start" ? start : newEnd;
  }
  return point.line === end.line
    ? { line: newEnd.line, character: newEnd.character + point.character - end.character }
    : { line: point.line + newEnd.line - end.line, character: point.character };
}

/**
 * A marked stretch of text after a change: moved by what happens around it, grown or shrunk by what happens inside.
 * Undefined if the change crosses its edge, so that its extent is no longer known.
 */
export function moveSpan(span: Span, change: Change): Span | undefined {
  const { start, end } = change.span;
  if (compare(end, span.start) <= 0) {
    const first = movePoint(span.start, change, "end");
    return { start: first, end: isEmpty(span) ? first : movePoint(span.end, change, "end") };
  }
  if (compare(start, span.end) >= 0) {
    return span;
  }
  if (compare(span.start, start) <= 0 && compare(end, span.end) <= 0) {
    return { start: span.start, end: movePoint(span.end, change, "end") };
  }
  return undefined;
}

/** Whether both touch the same text; two empty ones at the same place do. */
export function overlap(a: Span, b: Span): boolean {
  if (isEmpty(a) || isEmpty(b)) {
    const [empty, other] = isEmpty(a) ? [a, b] : [b, a];
    return isEmpty(other)
      ? compare(empty.start, other.start) === 0
      : compare(other.start, empty.start) < 0 && compare(empty.start, other.end) < 0;
  }
  return compare(a.start, b.end) < 0 && compare(b.start, a.end) < 0;
}
