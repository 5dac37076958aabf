import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Crashes } from "../../../../vscode-extension/src/crashes.ts";
import { latencyPage } from "../../../../vscode-extension/src/latencyPage.ts";
import { escaped } from "../../../../vscode-extension/src/page.ts";
import { Queue } from "../../../../vscode-extension/src/queue.ts";
import { milliseconds, percentile } from "../../../../vscode-extension/src/format.ts";
import { stagesOf, type Timing, withLatest } from "../../../../vscode-extension/src/timings.ts";
import { sentPage } from "../../../../vscode-extension/src/sentPage.ts";
import { Throttle } from "../../../../vscode-extension/src/throttle.ts";

const TIMING: Timing = {
  at: 0,
  instruction: "<b>make it fast</b>",
  endpoint: "fast",
  outcome: "done",
  tokens: 10,
  tokensPerSecond: 1234,
  stages: { context: 5, queue: 1, first_token: 100, decode: 900, apply: 2, editor: 4 },
  total: 1012,
};

test("a throttle works at once, then once an interval, and never forgets the last request", () => {
  let now = 0;
  const planned: { at: number; run: () => void }[] = [];
  const worked: number[] = [];
  const clock = { now: () => now, after: (wait: number, run: () => void) => planned.push({ at: now + wait, run }) };
  const throttle = new Throttle(33, () => worked.push(now), clock);
  for (now = 0; now < 200; now++) {
    for (const each of planned.filter((one) => one.at === now)) {
      each.run();
    }
    if (now < 101) {
      throttle.ask();
    }
  }
  assert.deepEqual(worked, [0, 33, 66, 99, 132]);
});

test("too many crashes within the time, not over all time", () => {
  let now = 0;
  const crashes = new Crashes(3, 100, () => now);
  assert.deepEqual([crashes.count(), crashes.count(), crashes.count(), crashes.count()], [false, false, false, true]);
  now = 1000;
  assert.equal(crashes.count(), false);
});

test("work in a queue never overlaps, and a failure holds nothing up", async () => {
  const queue = new Queue();
  const said: string[] = [];
  const work =
    (name: string, fails = false) =>
    async (): Promise<void> => {
      said.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      said.push(`${name} ends`);
      if (fails) {
        throw new Error(name);
      }
    };
  const first = queue.add(work("a", true));
  const second = queue.add(work("b"));
  await assert.rejects(first, /a/);
  await second;
  assert.deepEqual(said, ["a begins", "a ends", "b begins", "b ends"]);
});

test("numbers", () => {
  assert.deepEqual([percentile([], 0.5), percentile([3, 1, 2], 0.5), percentile([3, 1, 2], 0.95)], [undefined, 2, 3]);
  assert.deepEqual([milliseconds(12.4), milliseconds(1234), milliseconds(12345)], ["12 ms", "1.23 s", "12.3 s"]);
  assert.deepEqual(stagesOf({ connect: 1, queue: 2, decode: 3, total: 6 }, 10), {
    context: 0,
    queue: 3,
    first_token: 0,
    decode: 3,
    apply: 0,
    editor: 4,
  });
  const many = Array.from({ length: 60 }, (_, at) => ({ ...TIMING, at })).reduce<Timing[]>(withLatest, []);
  assert.deepEqual([many.length, many[0]?.at, many[49]?.at], [50, 59, 10]);
});

test("the pages hold no script and nothing that was not escaped", () => {
  const sent = {
    instruction: "<script>alert(1)</script>",
    at: 0,
    context: {
      event: "context" as const,
      tokens: 10,
      focus_tokens: 5,
      snippets: [{ path: 'a"b.py', start_line: 1, end_line: 2, tokens: 10, reasons: ["<i>"] }],
      dropped: 1,
      left_out: [{ path: ".env", reason: "secret" }],
    },
    route: undefined,
  };
  for (const html of [sentPage(undefined), sentPage(sent), latencyPage([]), latencyPage([TIMING])]) {
    assert.doesNotMatch(html, /<script|<i>|<b>make|a"b\.py/);
    assert.match(html, /default-src 'none'/);
  }
  assert.match(
    latencyPage([TIMING]),
    /aria-label="context 5 ms, queue 1 ms, first token 100 ms, decode 900 ms, apply 2 ms, editor 4 ms"/,
  );
});

test("what names a program or an endpoint is the user's own, and every command has a title in title case", () => {
  const root = join(process.env["DARNER_ROOT"] ?? ".", "vscode-extension");
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const properties: Record<string, { scope: string; description?: string; markdownDescription?: string }> =
    manifest.contributes.configuration.properties;
  for (const name of ["path", "config", "endpoints", "localModel", "hedge", "trace.server"]) {
    assert.equal(properties[`darner.${name}`]?.scope, "machine", name);
    assert.ok(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes(`darner.${name}`));
  }
  for (const [name, property] of Object.entries(properties)) {
    assert.ok(property.description ?? property.markdownDescription, name);
    assert.doesNotMatch(name, /key|token|secret/i);
  }
  const source = readFileSync(join(root, "src/extension.ts"), "utf8");
  for (const { command, title } of manifest.contributes.commands) {
    assert.match(title, /^(?:[A-Z][A-Za-z]*|to|in|or|with)(?: (?:[A-Z][A-Za-z]*|to|in|or|with))*…?$/, command);
    assert.match(source, new RegExp(`\\b${command.replace("darner.", "")}[,:]`), command);
  }
});

test("what nobody sees, or turns the writing, is written out in a view", () => {
  assert.equal(escaped("a\u202eb\u200bc\u001b[1m<\u{e0041}"), "a\\u{202e}b\\u{200b}c\\u{1b}[1m&#60;\\u{e0041}");
  assert.equal(escaped("\u034f\ufe00\ufff9\ud800"), "\\u{34f}\\u{fe00}\\u{fff9}\\u{d800}");
  assert.equal(escaped("naïve 日本 😀❤\ufe0f\t\n"), "naïve 日本 😀❤\ufe0f\t\n");
});
