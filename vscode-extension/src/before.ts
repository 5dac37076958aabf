// A file as it was before the hunks in it, to compare with in the editor's own diff.

import * as vscode from "vscode";
import { withUndone } from "./editApplication.ts";
import type { Hunks } from "./hunks.ts";
import { uriOf } from "./review.ts";

const SCHEME = "darner-before";

export class Before implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly hunks: Hunks;
  private readonly listening: vscode.Disposable;

  constructor(hunks: Hunks) {
    this.hunks = hunks;
    this.listening = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri.fragment));
    const end = document.lineAt(document.lineCount - 1).range.end;
    const all = { start: new vscode.Position(0, 0), end };
    return withUndone(document, all, this.hunks.of(document.uri.toString()));
  }

  async compare(target?: unknown): Promise<void> {
    const now = uriOf(target);
    if (this.hunks.of(now).length === 0) {
      return;
    }
    const uri = vscode.Uri.parse(now);
    // a new name each time: what was before may have changed since
    const before = uri.with({ scheme: SCHEME, fragment: now, query: String(Date.now()), authority: "" });
    const name = uri.path.slice(uri.path.lastIndexOf("/") + 1);
    await vscode.commands.executeCommand("vscode.diff", before, uri, `${name} (original ↔ with the patch)`);
  }

  dispose(): void {
    this.listening.dispose();
  }
}
