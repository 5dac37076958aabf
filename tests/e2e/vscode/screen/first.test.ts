// The first start: no server yet, the walkthrough; then what is said of trouble, of time and of quota.

import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { SHOP_FILES, SHOP_REPLIES } from "./shop.ts";
import { again, command, DARNER, openFile, picture, Workbench } from "./workbench.ts";

const COMMANDS = ["uv tool install darner", "pipx install darner", "uv tool install 'darner[local]'"];

let bench: Workbench;
let page: Page;

before(async () => {
  bench = await Workbench.start({
    files: SHOP_FILES,
    replies: SHOP_REPLIES,
    script: {
      requests_per_minute: 1000,
      tokens_per_day: 1_000_000,
      faults: [{ kind: "status", when: "Fail please", status: 422, text: "the model is out of order" }],
    },
    settings: { "darner.path": "" },
    width: 1200,
    height: 800,
  });
  page = await bench.open();
  await openFile(page, "shop.py");
});

after(async () => {
  await picture(page, "first-last");
  await bench.stop();
});

const rows = () => page.locator(".quick-input-list .monaco-list-row .label-name");
const messages = () => page.locator(".notifications-center .notification-list-item");

/** The messages so far, in their list: a driven editor shows no toasts. */
async function showMessages(): Promise<void> {
  await page.getByRole("button", { name: "Notifications" }).click();
  await messages().first().waitFor();
}

/** What the language's status says on hover; pointed at again where the status bar has moved under the mouse. */
async function languageStatus(said: string): Promise<void> {
  await again(async () => {
    await page.mouse.move(600, 300);
    await page.locator('[id="status.languageStatus"]').hover({ timeout: 5000 });
    await page.locator(".hover-language-status", { hasText: said }).waitFor({ timeout: 5000 });
  });
}

async function ask(instruction: string): Promise<void> {
  await command(page, "darner: Edit this file…");
  await page.locator(".quick-input-title", { hasText: "darner: edit" }).waitFor();
  await page.keyboard.type(instruction);
  await page.keyboard.press("Enter");
}

test("a missing server is one message, whose button offers the exact commands", async () => {
  await page.locator(".statusbar-item.warning-kind", { hasText: "darner" }).waitFor();
  await languageStatus("darner's server was not found.");
  await showMessages();
  await picture(page, "missing");
  assert.equal(await messages().count(), 1);
  await messages().getByRole("button", { name: "Install…" }).click();
  await rows().first().waitFor();
  assert.deepEqual(await rows().allInnerTexts(), COMMANDS);
  await page.keyboard.press("Enter");
  await page.locator(".pane-body.integrated-terminal").waitFor();
  await page.locator(".single-terminal-tab", { hasText: "darner" }).waitFor();
  await picture(page, "install");
  await command(page, "View: Hide Panel");
});

test("the walkthrough's three steps, and what their buttons do", async () => {
  await command(page, "Welcome: Open Walkthrough...");
  await rows().filter({ hasText: "Start with darner" }).click();
  const steps = page.locator(".gettingStartedSlideDetails .getting-started-step");
  await steps.nth(2).waitFor();
  const press = async (step: string, button: string): Promise<void> => {
    const one = steps.filter({ hasText: step });
    if (!(await one.getByRole("button", { name: button, exact: true }).isVisible())) {
      await one.click();
    }
    await one.getByRole("button", { name: button, exact: true }).click();
  };
  const title = page.locator(".quick-input-title");
  await press("Install the server", "Install the server");
  await title.filter({ hasText: "darner: Install the server" }).waitFor();
  await page.keyboard.press("Escape");
  await press("Install the server", "Show the log");
  await page.locator(".part.panel select option:checked", { hasText: "darner" }).first().waitFor({ state: "attached" });
  await picture(page, "walkthrough");
  await command(page, "View: Hide Panel");
  await press("Choose who answers", "Set API key");
  await title.filter({ hasText: "darner: Set API key" }).waitFor();
  await page.keyboard.press("Escape");
  await press("Ask for a patch", "Edit here");
  await showMessages();
  await messages().filter({ hasText: "open a file first" }).waitFor();
  await command(page, "Notifications: Clear All Notifications");

  const bin = join(bench.folder, ".local/bin"); // where uv and pipx put it
  await mkdir(bin, { recursive: true });
  await symlink(DARNER, join(bin, "darner"));
  await command(page, "darner: Restart the server");
  await page.locator(".statusbar-item", { hasText: "darner: GPU" }).waitFor();
  const done = async (): Promise<string[]> =>
    await steps
      .locator("[role=checkbox]")
      .evaluateAll((all) => all.map((each) => each.getAttribute("aria-checked") ?? ""));
  await steps.locator("[role=checkbox][aria-checked=true]").nth(2).waitFor();
  assert.deepEqual(await done(), ["true", "true", "true"]);
  await picture(page, "walkthrough-done");
  await press("Choose who answers", "Open the settings");
  await page.locator(".settings-editor .setting-item-contents", { hasText: "Darner: Completion" }).first().waitFor();
  await picture(page, "settings");
});

test("the status bar tells on hover where the time went and what is left of the quota", async () => {
  await openFile(page, "shop.py");
  await ask("Type hints and less code");
  await page.locator(".codelens-decoration a", { hasText: "Keep all 4" }).waitFor();
  const hover = page.locator(".monaco-hover", { hasText: "Quota" }).first();
  await again(async () => {
    await page.mouse.move(600, 300);
    await page.locator(".statusbar-item", { hasText: "tokens/s" }).hover({ timeout: 5000 });
    await hover.waitFor({ timeout: 5000 });
  });
  await picture(page, "hover-quota");
  const plain = (await hover.allInnerTexts()).join("").replaceAll("\u00a0", " ").replace(" so far", "");
  const said = plain.replaceAll(/[\d,.]+ m?s\b/g, "0 ms").replaceAll(/[\d,]+ of/g, "N of");
  assert.deepEqual(
    said
      .split(/\n+/)
      .map((line) => line.trim())
      .filter(Boolean),
    [
      "fast: scripted",
      "last request\t0 ms",
      ...["context", "queue", "first token", "decode", "apply"].map((stage) => `${stage}\t0 ms`),
      "Quota: N of 1,000 requests a minute left",
      "Quota: N of 1,000,000 tokens a day left",
      "Index: 2 files, 8 symbols",
      "Click for the menu",
    ],
  );
  await page.keyboard.press("Escape");
  await command(page, "darner: Undo all changes");
});

test("a failed request: the endpoint's own words in the language's status, and a button to ask again", async () => {
  await ask("Fail please");
  await languageStatus("fast: refused (422): the model is out of order");
  await picture(page, "failed");
  await showMessages();
  assert.equal(await messages().count(), 1);
  await messages().getByRole("button", { name: "Ask again" }).waitFor();
});
