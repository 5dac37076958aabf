// Figures of the VS Code extension, measured in a real VS Code in headless Chromium; JSON on stdout.
//
//     node bench/vscode.mjs
//
// activation_ms: what the extension itself does until VS Code has it back, once for each of several windows.
// keystroke: from a key pressed in the browser to the change (and to the question for a completion) on the server's stdin;
//   `own` is the part after VS Code has called the extension.
// patch: 3,000 tokens in 40 hunks at 2,500 tokens/s: the browser's frames meanwhile, and how often decorations were set;
//   without_darner is the same text put in by plain edits at the same pace.
// Software rendering and a busy machine lengthen frames: compare the two, and run nothing else beside it.
//   over_ideal is the time from the command to the last hunk in the editor over what the tokens take at that rate;
//   editor_ms is the part of it that the server's own total does not hold.
// main_thread_ms is the processor time of the editor's window for one patch, which a busy machine hardly changes.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BUILD = join(ROOT, ".tools/vscode/build");
const HUNKS = 40;
const RATE = 2500;
const WINDOWS = Number(process.env.DARNER_WINDOWS ?? 3);

if (!process.argv.includes("--built")) {
  const built = spawnSync("bash", [join(ROOT, "tests/e2e/vscode/build.sh")], { stdio: ["ignore", 2, 2] });
  if (built.status !== 0) process.exit(built.status ?? 1);
}
process.env.DARNER_ROOT = ROOT;
process.env.NODE_PATH = join(ROOT, "vscode-extension/node_modules");
const require = createRequire(import.meta.url);
require("node:module").Module._initPaths();
const { Workbench } = require(join(BUILD, "tests/screen/workbench.cjs"));
mkdirSync(join(BUILD, "bench"), { recursive: true });
cpSync(join(ROOT, "bench/vscode/host.cjs"), join(BUILD, "bench/suite.js"));
if (!existsSync(join(BUILD, "bench/package.json"))) {
  cpSync(join(BUILD, "host/package.json"), join(BUILD, "bench/package.json"));
  cpSync(join(BUILD, "host/extension.js"), join(BUILD, "bench/extension.js"));
}

const part = (n) => `def part_${n}(order):\n    found = order\n    count_${n} = 1\n    return found, count_${n}\n`;
const hunk = (n) =>
  `functions.py\n\`\`\`\n<<<<<<< SEARCH\n    count_${n} = 1\n=======\n    count_${n} = len(order)\n>>>>>>> REPLACE\n\`\`\`\n\n`;
const numbers = Array.from({ length: HUNKS }, (_, n) => n);
const files = { "functions.py": numbers.map(part).join("\n\n"), "typed.py": numbers.slice(0, 10).map(part).join("\n\n") };
const replies = [{ when: "Annotate everything", text: numbers.map(hunk).join("") }];

/** Frames of the browser: how long each took, and the tasks that held the page up. */
const FRAMES = `window.__frames = { deltas: [], tasks: [], last: 0, on: false };
new PerformanceObserver((list) => { for (const each of list.getEntries()) if (window.__frames.on) window.__frames.tasks.push(each.duration); }).observe({ type: "longtask" });
const frame = (at) => { const f = window.__frames; if (f.on && f.last) f.deltas.push(at - f.last); f.last = at; requestAnimationFrame(frame); };
requestAnimationFrame(frame);
window.__keys = [];
addEventListener("keydown", (event) => window.__keys.push(performance.timeOrigin + event.timeStamp), true);`;

/** Milliseconds of processor time that the page's main thread has had: what else the machine does is not in it. */
async function mainThread(page) {
  if (!meters.has(page)) {
    const meter = await page.context().newCDPSession(page);
    await meter.send("Performance.enable", { timeDomain: "threadTicks" });
    meters.set(page, meter);
  }
  const { metrics } = await meters.get(page).send("Performance.getMetrics");
  return 1000 * metrics.find((each) => each.name === "TaskDuration").value;
}
const meters = new Map();

async function session() {
  const bench = await Workbench.start({ files, replies, script: { rate: RATE } });
  try {
    const told = [];
    let page;
    let began;
    let work = Promise.resolve();
    const hear = async (line) => {
      const said = JSON.parse(line.slice("darner-bench ".length));
      told.push(said);
      if (said.what === "type") {
        for (let n = 0; n < 40; n++) {
          await page.keyboard.press("xyz"[n % 3]);
          await page.waitForTimeout(150);
        }
      }
      if (said.what === "typed") said.keys = await page.evaluate("window.__keys");
      if (said.what === "patch" || said.what === "plain") {
        began = await mainThread(page);
        await page.evaluate("Object.assign(window.__frames, { deltas: [], tasks: [], last: 0, on: true })");
      }
      if (said.what === "patched" || said.what === "plained") {
        said.frames = await page.evaluate("(window.__frames.on = false, window.__frames)");
        said.busy = (await mainThread(page)) - began;
      }
    };
    const code = await new Promise((resolve, reject) => {
      const remote = (path) => `vscode-remote://127.0.0.1:${bench.port}${path}`;
      bench
        .open(
          [
            ["extensionDevelopmentPath", remote(join(BUILD, "bench"))],
            ["extensionTestsPath", remote(join(BUILD, "bench/suite.js"))],
          ],
          async (opened) => {
            page = opened;
            await page.addInitScript(`if (window === top) { ${FRAMES} }`);
            await page.exposeFunction("codeAutomationLog", (_kind, said) => {
              for (const line of said.map(String).join(" ").split("\n")) {
                if (line.startsWith("darner-bench ")) work = work.then(() => hear(line));
                else if (/error/i.test(line)) console.error(line);
              }
            });
            await page.exposeFunction("codeAutomationExit", (exit) => resolve(exit));
          },
        )
        .catch(reject);
    });
    await work;
    if (code !== 0) throw new Error(`the suite ended with ${code}`);
    return told;
  } finally {
    await bench.stop();
  }
}

const round = (value) => (value === undefined ? null : Math.round(value * 100) / 100);
function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]);
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}

/** From each moment to the first message of a method after it. */
function delays(moments, written, method) {
  const sent = written.filter((each) => each.method === method).map((each) => each.at);
  return moments.flatMap((from, n) => {
    const found = sent.find((each) => each >= from);
    const next = moments[n + 1] ?? Number.POSITIVE_INFINITY;
    return found !== undefined && found < next ? [found - from] : [];
  });
}

const sessions = [];
for (let n = 0; n < WINDOWS; n++) sessions.push(await session());
const all = sessions.flat();
const typed = all.filter((each) => each.what === "typed");
const patched = all.filter((each) => each.what === "patched");
const collect = (of, method) => spread(typed.flatMap((each) => delays(each[of], each.written, method)));
const framesOf = (frames, busy) => ({
  main_thread_ms: round(busy),
  frames_ms: spread(frames.deltas),
  frames_over_50_ms: frames.deltas.filter((each) => each > 50).length,
  long_tasks_ms: spread(frames.tasks),
});
const result = {
  vsix_bytes: statSync(join(BUILD, "darner.vsix")).size,
  activation_ms: all.filter((each) => each.what === "activated").map((each) => round(each.activation)),
  keystroke_ms: {
    key_to_change_on_stdin: collect("keys", "textDocument/didChange"),
    key_to_completion_on_stdin: collect("keys", "textDocument/inlineCompletion"),
    own_change: collect("changed", "textDocument/didChange"),
    own_completion: collect("asked", "textDocument/inlineCompletion"),
  },
  patch: {
    command_to_stdin_ms: spread(patched.map((each) => each.toStdin)),
    rounds: patched.map(({ state, said, hunks, refused, tokens, timings, milliseconds, paints, frames, busy }) => ({
      state,
      said,
      hunks,
      refused,
      tokens,
      milliseconds: round(milliseconds),
      over_ideal: round(milliseconds / ((1000 * tokens) / RATE)),
      stages_ms: timings,
      editor_ms: round(milliseconds - (timings?.total ?? 0)),
      ...framesOf(frames, busy),
      decorations_a_second: round((1000 * paints) / milliseconds),
    })),
    without_darner: all.filter((each) => each.what === "plained").map(({ frames, busy }) => framesOf(frames, busy)),
  },
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
