// A few words to write tests with: no library runs inside an extension host without ado.

import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import type { Inside } from "../../../../../vscode-extension/src/extension.ts";

export interface Test {
  readonly name: string;
  readonly run: () => Promise<void>;
}

export const tests: Test[] = [];

export function test(name: string, run: () => Promise<void>): void {
  tests.push({ name, run });
}

export function equal(found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) {
    throw new Error(`found\n${JSON.stringify(found, null, 1)}\nexpected\n${JSON.stringify(expected, null, 1)}`);
  }
}

/** Wait for something; say what it was if it does not come. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`waited for: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function inside(): Promise<Inside> {
  const extension = vscode.extensions.getExtension<Inside>("darner.darner");
  if (extension === undefined) {
    throw new Error("the extension is not installed");
  }
  return extension.isActive ? extension.exports : await extension.activate();
}

export async function running(): Promise<Inside> {
  const darner = await inside();
  await until("the server runs", () => darner.server.client);
  return darner;
}

/** A file of the workspace in an editor, as it is on the disk. */
export async function open(name: string): Promise<vscode.TextEditor> {
  const root = vscode.workspace.workspaceFolders?.[0];
  if (root === undefined) {
    throw new Error("no workspace");
  }
  const editor = await vscode.window.showTextDocument(vscode.Uri.joinPath(root.uri, name), { preview: false });
  if (editor.document.isDirty) {
    await vscode.commands.executeCommand("workbench.action.files.revert");
  }
  return editor;
}

export async function clean(darner: Inside): Promise<void> {
  darner.editing.cancel();
  darner.hunks.drop(darner.hunks.all());
  for (const document of vscode.workspace.textDocuments.filter((each) => each.isDirty)) {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  }
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}
