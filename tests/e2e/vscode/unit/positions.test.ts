import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Change,
  endOf,
  movePoint,
  moveSpan,
  overlap,
  type Point,
  type Span,
} from "../../../../vscode-extension/src/positions.ts";

const at = (line: number, character: number): Point => ({ line, character });
const span = (a: number, b: number, c: number, d: number): Span => ({ start: at(a, b), end: at(c, d) });

/** The text after a change, by way of offsets: the slow and certain way. */
function changed(text: string, change: Change): string {
  return text.slice(0, offset(text, change.span.start)) + change.text + text.slice(offset(text, change.span.end));
}

function offset(text: string, point: Point): number {
  const lines = text.split("\n");
  return lines.slice(0, point.line).reduce((sum, each) => sum + each.length + 1, 0) + point.character;
}

function pointAt(text: string, offset: number): Point {
  const before = text.slice(0, offset).split("\n");
  return at(before.length - 1, before.at(-1)?.length ?? 0);
}

test("where a text ends", () => {
  assert.deepEqual(endOf(at(2, 3), "abc"), at(2, 6));
  assert.deepEqual(endOf(at(2, 3), "a\r\n😀b"), at(3, 3));
  assert.deepEqual(endOf(at(2, 3), "a\rb\n"), at(4, 0));
  assert.deepEqual(endOf(at(2, 3), ""), at(2, 3));
});

test("a point moves with the text around it", () => {
  const text = "one\ntwo 😀\nthree\n\nfive";
  for (let start = 0; start <= text.length; start++) {
    for (let end = start; end <= text.length; end++) {
      for (const put of ["", "x", "\n", "y\nz", "\n\n"]) {
        const change = { span: { start: pointAt(text, start), end: pointAt(text, end) }, text: put };
        const after = changed(text, change);
        for (let each = 0; each <= text.length; each++) {
          const moved = offset(after, movePoint(pointAt(text, each), change, "end"));
          const expected =
            each < start ? each : each < end || each === start ? start + put.length : each + put.length - (end - start);
          assert.equal(moved, expected, JSON.stringify({ change, each }));
        }
      }
    }
  }
});

test("a span moves, grows, shrinks, or is lost", () => {
  const marked = span(2, 0, 4, 0);
  const cases: [string, Change, Span | undefined][] = [
    ["a line above", { span: span(0, 0, 0, 0), text: "x\n" }, span(3, 0, 5, 0)],
    ["typed right before it", { span: span(2, 0, 2, 0), text: "x\n" }, span(3, 0, 5, 0)],
    ["typed inside", { span: span(3, 0, 3, 0), text: "x\n" }, span(2, 0, 5, 0)],
    ["a line inside gone", { span: span(2, 0, 3, 0), text: "" }, span(2, 0, 3, 0)],
    ["replaced exactly", { span: marked, text: "y\n" }, span(2, 0, 3, 0)],
    ["typed right after it", { span: span(4, 0, 4, 0), text: "x\n" }, marked],
    ["typed below", { span: span(9, 0, 9, 0), text: "x\n" }, marked],
    ["over its start", { span: span(1, 0, 3, 0), text: "" }, undefined],
    ["over its end", { span: span(3, 0, 4, 1), text: "" }, undefined],
    ["over all of it", { span: span(1, 0, 5, 0), text: "" }, undefined],
  ];
  for (const [name, change, expected] of cases) {
    assert.deepEqual(moveSpan(marked, change), expected, name);
  }
  assert.deepEqual(moveSpan(span(2, 0, 2, 0), { span: span(2, 0, 2, 0), text: "x\n" }), span(3, 0, 3, 0));
});

test("what touches the same text", () => {
  assert.equal(overlap(span(1, 0, 2, 0), span(2, 0, 3, 0)), false);
  assert.equal(overlap(span(1, 0, 2, 1), span(2, 0, 3, 0)), true);
  assert.equal(overlap(span(2, 0, 2, 0), span(1, 0, 3, 0)), true);
  assert.equal(overlap(span(1, 0, 1, 0), span(1, 0, 3, 0)), false);
  assert.equal(overlap(span(1, 0, 1, 0), span(1, 0, 1, 0)), true);
});
