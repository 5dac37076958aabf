// A workspace that is not trusted: nothing is sent; once it is trusted the same request works.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { answer, command, openFile } from "./keyboard.ts";
import { SHOP_FILES, SHOP_REPLIES } from "./shop.ts";
import { picture, Workbench } from "./workbench.ts";

let bench: Workbench;
let page: Page;

before(async () => {
  bench = await Workbench.start({ files: SHOP_FILES, replies: SHOP_REPLIES, trust: true });
  page = await bench.open();
  await openFile(page, "shop.py");
});

after(async () => {
  await picture(page, "trust");
  await bench.stop();
});

/** Ask for a patch; once more where extensions have just been started anew. */
const ask = () =>
  answer(page, "darner: edit shop.py", "Type hints and less code", () => command(page, "darner: Edit File…"));

test("nothing is sent before the workspace is trusted", async () => {
  await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
  await page.locator(".statusbar-item", { hasText: "darner: GPU" }).waitFor();
  await ask();
  await page.getByRole("button", { name: "Notifications" }).click(); // a driven editor shows no toasts
  await page.locator(".notifications-list-container", { hasText: "a workspace that is not trusted" }).first().waitFor();
  await picture(page, "untrusted");
  assert.deepEqual(
    (await bench.asked()).filter((each) => each.path.includes("completions")),
    [],
  );
  await command(page, "Notifications: Clear All Notifications");
  await command(page, "Workspaces: Manage Workspace Trust");
  await page.locator(".workspace-trust-editor").getByRole("button", { name: "Trust", exact: true }).click();
  await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor({ state: "detached" });
  await page.locator(".statusbar-item", { hasText: "darner: GPU" }).waitFor(); // the server starts anew
  await openFile(page, "shop.py");
  await ask();
  await page.locator(".codelens-decoration a", { hasText: "Keep all 4" }).waitFor();
});
