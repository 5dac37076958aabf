// With no endpoint at all: the embedded model answers, in a real VS Code.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { answer, editorKey, openFile, quickInput, save } from "./keyboard.ts";
import { picture, Workbench } from "./workbench.ts";

const BEFORE = "def larger(a, b):\n    return a\n";

let bench: Workbench;
let page: Page;

before(async () => {
  bench = await Workbench.start({ files: { "larger.py": BEFORE }, embedded: true });
  page = await bench.open();
  await openFile(page, "larger.py");
});

after(async () => {
  await picture(page, "embedded");
  await bench.stop();
});

test("the embedded model patches a function", { timeout: 200_000 }, async () => {
  await page.locator(".statusbar-item", { hasText: "darner: local" }).waitFor();
  await answer(page, "darner: edit", "Return the larger one of a and b", async () => {
    await editorKey(page, "Alt+I");
    await quickInput(page, "edit the function at line 1").waitFor();
  });
  await page.locator(".codelens-decoration a", { hasText: "Keep" }).first().waitFor({ timeout: 150_000 });
  await page.locator(".statusbar-item", { hasText: /darner: local .*tokens\/s/ }).waitFor();
  await picture(page, "embedded-patch");
  await editorKey(page, "Alt+K");
  await page.locator(".codelens-decoration a").first().waitFor({ state: "detached" });
  await save(page);
  const now = await readFile(join(bench.workspace, "larger.py"), "utf8");
  assert.match(now, /^def larger\(a, b\)/);
  assert.notEqual(now, BEFORE);
});
