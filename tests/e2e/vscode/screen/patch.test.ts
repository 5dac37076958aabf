// A patch as a person sees it: asked for with the keyboard, half way, done, one hunk kept and one undone.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { answer, command, editorKey, save } from "./keyboard.ts";
import { block } from "../host/suite/scene.ts";
import { PATCHED, SHOP, SHOP_FILES, SHOP_REPLIES } from "./shop.ts";
import { picture, Workbench } from "./workbench.ts";

const COUNT = "    count: int = 1\n";

let bench: Workbench;
let page: Page;

before(async () => {
  bench = await Workbench.start({
    files: { ...SHOP_FILES, ".darner.toml": "check = 'grep -q \"tax:\" shop.py'\n" },
    replies: [
      { when: "the project's check", text: block("shop.py", "    taxes: float = 0.0\n", "    tax: float = 0.0\n") },
      { when: "Add a tax", text: block("shop.py", COUNT, `${COUNT}    taxes: float = 0.0\n`) },
      ...SHOP_REPLIES,
    ],
    script: { faults: [{ kind: "pause", when: "Take your time", text: "word" }] },
    width: 1280,
    height: 760,
  });
});

beforeEach(async () => {
  page = await bench.fresh("shop.py");
  await page.locator(".statusbar-item", { hasText: "darner: GPU" }).waitFor();
});

afterEach(async () => {
  await picture(page, "patch-last"); // where it stood if a test failed
});

after(async () => {
  await bench.stop();
});

const lenses = (title: string) => page.locator(".codelens-decoration a", { hasText: new RegExp(`^\\s*${title}$`) });

async function saved(): Promise<string> {
  await save(page);
  return await readFile(join(bench.workspace, "shop.py"), "utf8");
}

/** Ask for a patch of the whole file by the keyboard. */
async function ask(instruction: string): Promise<void> {
  await editorKey(page, "Control+A");
  await answer(page, "darner: edit", instruction, () => editorKey(page, "Alt+I"));
}

async function patched(): Promise<void> {
  await ask("Type hints and less code");
  await page.locator(".codelens-decoration a", { hasText: "Keep all 4" }).waitFor();
}

test("Alt+I asks, and hunks stream in with Keep and Undo above each", async () => {
  await ask("Type hints and less code");
  await lenses("Keep").first().waitFor();
  await page.locator(".codelens-decoration a", { hasText: "Keep all 4" }).waitFor();
  await page.locator(".statusbar-item", { hasText: "tokens/s" }).waitFor();
  await picture(page, "patch-done");
  assert.equal(await lenses("Undo").count(), 4);
});

test("one hunk is kept, another undone, and one undo takes the rest back", async () => {
  await patched();
  await lenses("Keep").first().click();
  await page.locator(".codelens-decoration a", { hasText: "Keep all 3" }).waitFor();
  await lenses("Undo").nth(2).click();
  await page.locator(".codelens-decoration a", { hasText: "Keep all 2" }).waitFor();
  await picture(page, "patch-kept");
  await editorKey(page, "Shift+Alt+K");
  await lenses("Keep").first().waitFor({ state: "detached" });
  const now = await saved();
  assert.equal(now, PATCHED.slice(0, PATCHED.indexOf("def receipt")) + SHOP.slice(SHOP.indexOf("def receipt")));
});

test("what was asked before is there to choose, Esc cancels, and one undo takes back what had come", async () => {
  await patched();
  await command(page, "darner: Undo All Changes");
  await lenses("Keep").first().waitFor({ state: "detached" });
  assert.equal(await saved(), SHOP);
  await answer(page, "darner: edit", "Take your time", async () => {
    await editorKey(page, "Alt+I");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Type hints and less code" }).waitFor();
    await picture(page, "ask");
  });
  await lenses("Keep").first().waitFor();
  await picture(page, "patch-half");
  await editorKey(page, "Escape");
  await page.locator(".statusbar-item", { hasText: "darner: GPU" }).waitFor();
  await lenses("Keep").nth(1).waitFor({ state: "detached" });
  await lenses("Keep").first().waitFor();
  await page.locator(".tab.active.dirty").waitFor();
  await editorKey(page, "Control+Z");
  await lenses("Keep").first().waitFor({ state: "detached" });
  await page.locator(".tab.active:not(.dirty)").waitFor(); // the text is the one that was saved
});

test("a check is offered, runs once it is trusted, and what fails is repaired by a lens", async () => {
  const lens = (title: string) => page.locator(".codelens-decoration a", { hasText: title });
  await ask("Add a tax");
  await lens("Check").click();
  await page.locator('[id="status.notifications"] .codicon-bell-dot').click(); // a driven editor shows no toasts
  await page.locator(".notification-list-item", { hasText: "that you have not run before" }).waitFor();
  await picture(page, "check-trust");
  await page.locator(".notification-list-item .monaco-button", { hasText: "Run, now and from now on" }).click();
  await lens("ended with exit code 1").waitFor();
  await picture(page, "check-failed");
  await lens("Repair").click();
  await lens("checked: grep").waitFor();
  await picture(page, "check-passed");
  assert.equal(await saved(), SHOP.replace(COUNT, `${COUNT}    tax: float = 0.0\n`));
});
