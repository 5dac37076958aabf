// The first start: no server yet, the walkthrough; then what is said of trouble, of time and of quota.

import assert from "node:assert/strict";
import { mkdir, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { again, answer, command, indexed, leave, quickInput } from "./keyboard.ts";
import { SHOP_FILES, SHOP_REPLIES } from "./shop.ts";
import { DARNER, picture, Workbench } from "./workbench.ts";

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
});

beforeEach(async () => {
  await rm(installed(), { force: true });
  page = await bench.fresh("shop.py");
  await page.locator(".statusbar-item.warning-kind", { hasText: "darner" }).waitFor();
});

afterEach(async () => {
  await picture(page, "first-last"); // where it stood if a test failed
});

after(async () => {
  await bench.stop();
});

/** Where uv and pipx put the server. */
const installed = () => join(bench.folder, ".local/bin/darner");

/** Install the server and start it, as its user would. */
async function install(): Promise<void> {
  await mkdir(dirname(installed()), { recursive: true });
  await symlink(DARNER, installed());
  await command(page, "darner: Restart Server");
  await page.locator(".statusbar-item", { hasText: "darner: GPU" }).waitFor();
}

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

const ask = (instruction: string) =>
  answer(page, "darner: edit", instruction, () => command(page, "darner: Edit File…"));

test("a missing server is one message, whose button offers the exact commands", async () => {
  await languageStatus("darner's server was not found.");
  await showMessages();
  await picture(page, "missing");
  assert.equal(await messages().count(), 1);
  await messages().getByRole("button", { name: "Install…" }).click();
  await rows().first().waitFor();
  assert.deepEqual(await rows().allInnerTexts(), COMMANDS);
  await rows().first().click();
  await page.locator(".pane-body.integrated-terminal").waitFor();
  await page.locator(".single-terminal-tab", { hasText: "darner" }).waitFor();
  await picture(page, "install");
});

test("the walkthrough's three steps, and what their buttons do", async () => {
  await command(page, "Welcome: Open Walkthrough...");
  await rows().filter({ hasText: "Start with darner" }).click();
  const steps = page.locator(".gettingStartedSlideDetails .getting-started-step");
  await steps.nth(2).waitFor();
  /** Press a step's button until what it does is seen: VS Code shows it before it obeys it. */
  const press = async (step: string, button: string, seen: Locator): Promise<void> => {
    const one = steps.filter({ hasText: step });
    const pressed = one.getByRole("button", { name: button, exact: true });
    await again(async () => {
      if (!(await pressed.isVisible())) {
        await one.locator(".step-title").click({ timeout: 5000 });
      }
      await pressed.click({ timeout: 5000 });
      await seen.first().waitFor({ state: "attached", timeout: 5000 });
    });
  };
  await press("Install the server", "Install Server", quickInput(page, "darner: Install Server"));
  await leave(page);
  const log = page.locator(".part.panel select option:checked", { hasText: "darner" });
  await press("Install the server", "Show Log", log);
  await picture(page, "walkthrough");
  await command(page, "View: Hide Panel");
  await press("Choose an endpoint", "Set API Key", quickInput(page, "darner: Set API Key"));
  await leave(page);
  await command(page, "Notifications: Clear All Notifications");
  await press("Ask for a patch", "Edit Here", page.locator('[id="status.notifications"] .codicon-bell-dot'));
  await showMessages();
  await messages().filter({ hasText: "open a file first" }).waitFor();
  await command(page, "Notifications: Clear All Notifications");

  await install();
  const done = async (): Promise<string[]> =>
    await steps
      .locator("[role=checkbox]")
      .evaluateAll((all) => all.map((each) => each.getAttribute("aria-checked") ?? ""));
  await steps.locator("[role=checkbox][aria-checked=true]").nth(2).waitFor();
  assert.deepEqual(await done(), ["true", "true", "true"]);
  await picture(page, "walkthrough-done");
  const setting = page.locator(".settings-editor .setting-item-contents", { hasText: "Darner: Completion" });
  await press("Choose an endpoint", "Open Settings", setting);
  await picture(page, "settings");
});

test("the status bar tells on hover where the time went and what is left of the quota", async () => {
  await install();
  await ask("Type hints and less code");
  await page.locator(".codelens-decoration a", { hasText: "Keep all 4" }).waitFor();
  const hover = await indexed(page, "8 symbols");
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
      ...["context", "queue", "first token", "decode", "apply", "editor"].map((stage) => `${stage}\t0 ms`),
      "Quota: N of 1,000 requests a minute left",
      "Quota: N of 1,000,000 tokens a day left",
      "Index: 2 files, 8 symbols",
      "Click for the menu",
    ],
  );
});

test("a failed request: the endpoint's own words in the language's status, and a button to ask again", async () => {
  await install();
  await command(page, "Notifications: Clear All Notifications");
  await ask("Fail please");
  await languageStatus("fast: rejected (422): the model is out of order");
  await picture(page, "failed");
  await showMessages();
  assert.equal(await messages().count(), 1);
  await messages().getByRole("button", { name: "Ask again" }).waitFor();
});
