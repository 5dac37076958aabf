import assert from "node:assert/strict";
import { test } from "node:test";
import { differences, splitLines, wordDifferences } from "../../../../vscode-extension/src/linediff.ts";

test("differences by line", () => {
  const cases: [string, string, unknown][] = [
    ["a\nb\n", "a\nb\n", []],
    ["a\nb\nc\n", "a\nX\nc\n", [{ first: 1, added: 1, removed: ["b"] }]],
    ["a\nc\n", "a\nb\nc\n", [{ first: 1, added: 1, removed: [] }]],
    ["a\nb\nc\n", "a\nc\n", [{ first: 1, added: 0, removed: ["b"] }]],
    ["", "a\nb\n", [{ first: 0, added: 2, removed: [] }]],
    [
      "a\nb\nc\nd\n",
      "x\nb\nc\ny\n",
      [
        { first: 0, added: 1, removed: ["a"] },
        { first: 3, added: 1, removed: ["d"] },
      ],
    ],
    ["a\r\nb\r\n", "a\r\nc\r\n", [{ first: 1, added: 1, removed: ["b"] }]],
  ];
  for (const [before, after, expected] of cases) {
    assert.deepEqual(differences(before, after), expected, JSON.stringify([before, after]));
  }
});

test("the differences make the new text of the old one", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  for (let round = 0; round < 500; round++) {
    const text = (): string => Array.from({ length: random(9) }, () => `${"abc"[random(3)]}\n`).join("");
    const [before, after] = [text(), text()];
    const now = splitLines(after);
    const rebuilt: string[] = [];
    let at = 0;
    for (const each of differences(before, after)) {
      rebuilt.push(...now.slice(at, each.first), ...each.removed);
      at = each.first + each.added;
    }
    assert.deepEqual([...rebuilt, ...now.slice(at)], splitLines(before));
  }
});

test("differences by word", () => {
  const cases: [string, string, unknown][] = [
    [
      "def total(items):",
      "def total(items: list) -> float:",
      [
        { start: 15, end: 21, removed: "" },
        { start: 22, end: 31, removed: "" },
      ],
    ],
    ["    return 1", "    return 11", [{ start: 11, end: 13, removed: "1" }]],
    ["x = '😀'", "x = '😀😀'", [{ start: 7, end: 9, removed: "" }]],
    ["    return 1", "    return 1", []],
    ["sum = 0", "return compute(everything, at_once)", undefined],
  ];
  for (const [before, after, expected] of cases) {
    assert.deepEqual(wordDifferences(before, after), expected, JSON.stringify([before, after]));
  }
});
