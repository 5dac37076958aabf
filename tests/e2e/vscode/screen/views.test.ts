// Ghost text, the two pages in three themes and by the keyboard, several files, the refactor preview, keys.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { FrameLocator, Locator, Page } from "playwright-core";
import { block } from "../host/suite/scene.ts";
import { again, answer, command, editorKey, indexed, leave, openFile } from "./keyboard.ts";
import { SHOP_FILES, SHOP_REPLIES } from "./shop.ts";
import { picture, Workbench } from "./workbench.ts";

const REQUESTS = 5;

let bench: Workbench;
let page: Page;

before(async () => {
  bench = await Workbench.start({
    files: SHOP_FILES,
    replies: [...SHOP_REPLIES, { when: "A file of constants", text: block("constants.py", "", "TAX = 0.2\n") }],
    width: 1100,
    height: 760,
  });
});

beforeEach(async () => {
  page = await bench.fresh("shop.py");
  await idle();
});

afterEach(async () => {
  await picture(page, "last"); // where it stood if a test failed
});

after(async () => {
  await bench.stop();
});

async function ask(title: string, instruction: string): Promise<void> {
  await answer(page, "darner: edit", instruction, () => command(page, title));
}

/** Nothing is asked any more: while it is, the bar says the endpoint's name and not its kind. */
const idle = () => page.locator(".statusbar-item", { hasText: "darner: GPU" }).waitFor();

/** The list of changed files, at the side; a badge may lie over its icon, within the same item. */
const showChanges = () => page.locator('.activitybar .action-item:has([aria-label^="darner"])').first().click();

const noHunks = async () => {
  await page.getByText("There are no changes to review.").waitFor();
  await page.locator(".codelens-decoration a", { hasText: "Keep" }).first().waitFor({ state: "detached" });
};

/** The page that a command shows, which has the focus then; it lies two frames deep. */
async function webview(title: string, heading: string): Promise<FrameLocator> {
  const frame = page
    .locator("iframe.webview.ready")
    .filter({ visible: true })
    .contentFrame()
    .frameLocator("#active-frame");
  await again(async () => {
    await command(page, title);
    const shown = await frame.getByRole("heading", { name: heading }).elementHandle({ timeout: 5000 });
    await (await shown?.ownerFrame())?.waitForFunction(() => document.hasFocus(), undefined, { timeout: 5000 });
  });
  return frame;
}

test("ghost text is shown and Tab accepts it", async () => {
  await editorKey(page, "Control+End");
  await page.keyboard.type("\n\ndef discount(price, share):\n");
  const ghost = page.locator(".ghost-text-decoration, .ghost-text").first();
  await again(async () => {
    if (!(await ghost.isVisible())) {
      await editorKey(page, "Alt+\\"); // asks again: the server may just have started
    }
    await ghost.waitFor({ timeout: 5000 });
  });
  await picture(page, "ghost");
  await editorKey(page, "Tab");
  await page.locator(".view-line", { hasText: "return price * (1 - share)" }).waitFor();
});

test("several files: the tree, and a hunk in each", async () => {
  await ask("darner: Edit Workspace…", "Round every price");
  await showChanges();
  const rows = page.locator(
    '.tree-explorer-viewlet-tree-view .monaco-list-row, [aria-label="Changed Files"] .monaco-list-row',
  );
  await rows.filter({ hasText: "stock.py" }).first().waitFor();
  await rows.filter({ hasText: "shop.py" }).first().waitFor();
  await idle();
  await picture(page, "files");
  await command(page, "darner: Undo All Changes");
  await noHunks();
  await picture(page, "files-none");
});

test("a file that is to be made is ticked in the refactor preview", async () => {
  await showChanges();
  await ask("darner: Edit Workspace…", "A file of constants");
  const preview = page.locator(".bulk-edit-panel");
  await preview.locator(".monaco-list-row", { hasText: "constants.py" }).waitFor();
  await preview.locator('.monaco-list-row input[type="checkbox"], .monaco-list-row .edit-checkbox').first().click();
  await picture(page, "preview");
  await preview.getByRole("button", { name: "Apply" }).click();
  await page.locator(".monaco-list-row", { hasText: "new file" }).waitFor();
  assert.equal(await readFile(join(bench.workspace, "constants.py"), "utf8"), "TAX = 0.2\n");
  await idle();
  await command(page, "darner: Keep All Changes");
  await noHunks();
});

/** A patch of the file, whole and at rest. */
async function patched(): Promise<void> {
  await ask("darner: Edit File…", "Type hints and less code");
  await page.locator(".codelens-decoration a", { hasText: "Keep all 4" }).waitFor();
  await idle();
}

test("what was sent, and where the time went, in a light, a dark and a high contrast theme", async () => {
  await showChanges();
  for (let n = 1; n < REQUESTS; n++) {
    await patched();
    await command(page, "darner: Undo All Changes");
    await noHunks();
  }
  await patched();
  for (const [theme, kind, name] of [
    ["Light Modern", "vs", "light"],
    ["Dark Modern", "vs-dark", "dark"],
    ["Default High Contrast", "hc-black", "contrast"],
  ]) {
    await bench.set({ "workbench.colorTheme": theme });
    await page.locator(`.monaco-workbench.${kind}`).waitFor();
    await picture(page, `patch-${name}`);

    const sent = await webview("darner: Show Sent Context", "Sent Context");
    await sent.getByText("rules and instruction").first().waitFor();
    await picture(page, `sent-${name}`);

    const latency = await webview("darner: Show Recent Latency", "Recent Latency");
    await latency.getByRole("columnheader", { name: "p95" }).waitFor();
    const bars = latency.getByRole("img", { name: /context .* first token .* decode/ });
    assert.equal(await bars.count(), REQUESTS);
    await tabTo(bars.first());
    await picture(page, `latency-${name}`);
    await openFile(page, "shop.py");
  }
});

test("the page by the keyboard alone: Tab goes from link to link, Enter opens the lines", async () => {
  await indexed(page, "8 symbols");
  await patched();
  const sent = await webview("darner: Show Sent Context", "Sent Context");
  const link = sent.getByRole("link", { name: /^stock\.py:/ });
  await tabTo(link);
  await link.press("Enter");
  await page.locator('.tab.active[data-resource-name="stock.py"]').waitFor();
});

/** Press Tab until something has the focus. */
async function tabTo(target: Locator): Promise<void> {
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) {
      return;
    }
  }
  assert.fail("Tab does not lead there");
}

test("the status bar tells on hover and on click", async () => {
  await patched();
  const item = page.locator(".statusbar-item", { hasText: "darner: GPU" });
  await again(async () => {
    await page.mouse.move(600, 300);
    await item.hover({ timeout: 5000 });
    await page.locator(".monaco-hover", { hasText: "first token" }).first().waitFor({ timeout: 5000 });
  });
  await picture(page, "hover");
  await again(async () => {
    await item.click({ timeout: 5000 });
    const row = page.locator(".quick-input-list .monaco-list-row", { hasText: "Endpoint" });
    await row.first().waitFor({ timeout: 5000 });
  });
  await picture(page, "menu");
  await leave(page);
});

test("a key goes into the server's environment and into no file that a person reads", async () => {
  await command(page, "darner: Set API Key");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "CEREBRAS_API_KEY" }).click();
  await page.locator('.quick-input-widget input[type="password"]').waitFor();
  await answer(page, "darner: CEREBRAS_API_KEY", "sk-only-for-this-test");
  const end = Date.now() + 60_000;
  while (!(await environments()).some((each) => each.includes("CEREBRAS_API_KEY=sk-only-for-this-test"))) {
    assert.ok(Date.now() < end, "the key did not reach the server");
  }
  for (const path of await readdir(join(bench.folder, "data"), { recursive: true })) {
    if (/\.(json|log|txt)$/.test(path)) {
      assert.doesNotMatch(await readFile(join(bench.folder, "data", path), "utf8"), /sk-only-for-this-test/, path);
    }
  }
});

/** The environments of the servers of this run. */
async function environments(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((each) => /^\d+$/.test(each))) {
    try {
      if ((await readFile(`/proc/${pid}/cmdline`, "utf8")).includes("serve\0--stdio")) {
        const environment = await readFile(`/proc/${pid}/environ`, "utf8");
        found.push(...(environment.includes(bench.folder) ? [environment] : []));
      }
    } catch {
      // it has ended meanwhile
    }
  }
  return found;
}
