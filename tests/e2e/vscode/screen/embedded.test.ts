// With no endpoint at all: the embedded model answers, in a real VS Code.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { openFile, picture, Workbench } from "./workbench.ts";

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
  await page.locator(".view-line").first().click();
  await page.keyboard.press("Alt+I");
  await page.locator(".quick-input-title", { hasText: "edit the function at line 1" }).waitFor();
  await page.keyboard.type("Return the larger one of a and b");
  await page.keyboard.press("Enter");
  await page.locator(".codelens-decoration a", { hasText: "Keep" }).first().waitFor({ timeout: 150_000 });
  await page.locator(".statusbar-item", { hasText: /darner: local .*tokens\/s/ }).waitFor();
  await picture(page, "embedded-patch");
  await page.keyboard.press("Alt+K");
  await page.locator(".codelens-decoration a").first().waitFor({ state: "detached" });
  await page.keyboard.press("Control+S");
  await page.locator(".tab.active:not(.dirty)").waitFor();
  const now = await readFile(join(bench.workspace, "larger.py"), "utf8");
  assert.match(now, /^def larger\(a, b\)/);
  assert.notEqual(now, BEFORE);
});
