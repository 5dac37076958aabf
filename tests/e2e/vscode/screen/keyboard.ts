// Keys and clicks that reach what they are meant for, on a machine of any speed: they are sent to an element that is
// shown, or to the editor that has the focus.

import type { Locator, Page } from "playwright-core";

export const PATIENCE = 60_000; // milliseconds for a state that must come

/** Run a command of the palette. */
export async function command(page: Page, title: string): Promise<void> {
  const option = page.getByRole("option", { name: new RegExp(`^${title}(,|$)`) });
  await quickPick(page, "F1", `>${title}`, option);
}

/** Open a file of the workspace by its name; its editor has the focus. */
export async function openFile(page: Page, name: string): Promise<void> {
  const row = page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first();
  await again(async () => {
    await quickPick(page, "Control+P", name, row);
    await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor({ timeout: 5000 });
  });
  await focusEditor(page);
}

/** Pick a row of the editor's quick input; opened again where something that came up meanwhile has closed it. */
async function quickPick(page: Page, key: string, text: string, row: Locator): Promise<void> {
  await again(async () => {
    await page.keyboard.press(key);
    await field(page).fill(text, { timeout: 5000 });
    await row.click({ timeout: 5000 });
  });
}

/** The quick input with this title, where it is open. */
export const quickInput = (page: Page, title: string): Locator =>
  page
    .locator(".quick-input-widget")
    .filter({ visible: true, has: page.locator(".quick-input-title", { hasText: title }) });

/** The text field of the quick input that is open; a key on it goes to nothing else, whatever has the focus. */
const field = (page: Page): Locator => page.locator(".quick-input-widget input.input").filter({ visible: true });

/** Answer the question of a quick input; `open` makes it appear, once more where something has closed it. */
export async function answer(page: Page, title: string, text: string, open?: () => Promise<void>): Promise<void> {
  const question = quickInput(page, title);
  await again(async () => {
    if (!(await question.isVisible())) {
      await open?.();
    }
    await question.waitFor({ timeout: 5000 });
    await field(page).fill(text, { timeout: 5000 });
  });
  await field(page).press("Enter");
  await question.waitFor({ state: "hidden" });
}

/** Leave the quick input that is open, unless it has closed by itself. */
export async function leave(page: Page): Promise<void> {
  await again(async () => {
    if (await field(page).isVisible()) {
      await field(page).press("Escape", { timeout: 5000 });
    }
    await field(page).waitFor({ state: "hidden", timeout: 5000 });
  });
}

/** Press a key in the editor of the file, which has the focus then. */
export async function editorKey(page: Page, key: string): Promise<void> {
  await focusEditor(page);
  await page.keyboard.press(key);
}

/** The editor of the file has the focus. A click gives it, where a widget that has just closed kept it. */
export async function focusEditor(page: Page): Promise<void> {
  const focused = page.locator(".editor-instance .monaco-editor.focused");
  await page.locator(".editor-instance .view-line").first().waitFor();
  await again(async () => {
    if (!(await focused.isVisible())) {
      await page.locator(".editor-instance .view-line").first().click({ timeout: 5000 });
    }
    await focused.waitFor({ timeout: 5000 });
  });
}

/** The status bar's hover, once it says this of the index; the menu's list of endpoints looks at the status again. */
export async function indexed(page: Page, said: string): Promise<Locator> {
  const rows = page.locator(".quick-input-list .monaco-list-row .label-name");
  const hover = page.locator(".monaco-hover", { hasText: "Index" }).filter({ hasText: said }).first();
  await again(async () => {
    await command(page, "darner: Show Menu");
    await rows.filter({ hasText: "Choose Endpoint" }).click({ timeout: 5000 });
    await rows.filter({ hasText: "fast" }).waitFor({ timeout: 5000 });
    await leave(page);
    await page.mouse.move(600, 300);
    await page.locator(".statusbar-item", { hasText: "darner: GPU" }).hover({ timeout: 5000 });
    await hover.waitFor({ timeout: 5000 });
  });
  return hover;
}

/** Save the file of the active editor. */
export async function save(page: Page): Promise<void> {
  await again(async () => {
    await editorKey(page, "Control+S");
    await page.locator(".tab.active:not(.dirty)").waitFor({ timeout: 5000 });
  });
}

/** Do as a person does when the screen has moved under the mouse. */
export async function again(attempt: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + PATIENCE; ; ) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > end) {
        throw error;
      }
    }
  }
}
