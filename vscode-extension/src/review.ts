// Keep, undo, next: what a person does with hunks.

import * as vscode from "vscode";
import { type Hunk, type Hunks, rangeOf } from "./hunks.ts";

export class Reviewing {
  private readonly hunks: Hunks;

  constructor(hunks: Hunks) {
    this.hunks = hunks;
  }

  keep(id?: unknown): void {
    const hunk = this.chosen(id);
    if (hunk !== undefined) {
      this.hunks.drop([hunk]);
      this.showNext(hunk);
    }
  }

  async undo(id?: unknown): Promise<void> {
    const hunk = this.chosen(id);
    if (hunk !== undefined) {
      await this.takeBack([hunk]);
      this.showNext(hunk);
    }
  }

  keepFile(target?: unknown): void {
    this.hunks.drop(this.hunks.of(uriOf(target)));
  }

  async undoFile(target?: unknown): Promise<void> {
    await this.takeBack(this.hunks.of(uriOf(target)));
  }

  keepAll(): void {
    this.hunks.drop(this.hunks.all());
  }

  async undoAll(): Promise<void> {
    await this.takeBack(this.hunks.all());
  }

  /** Go to the next hunk, or the one before: through this file, then the next changed file, and round. */
  async go(step: 1 | -1): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const all = this.hunks.all();
    if (all.length === 0) {
      return;
    }
    const uri = editor?.document.uri.toString();
    const here = editor?.selection.active;
    const before = all.filter(
      (each) => uri !== undefined && here !== undefined && each.uri === uri && each.span.start.line < here.line,
    ).length;
    const first = all.findIndex((each) => each.uri === uri);
    if (first < 0 || here === undefined) {
      await show(all[0]);
      return;
    }
    const on = all.findIndex((each) => each.uri === uri && each.span.start.line === here.line);
    const place = first + before;
    const next = step > 0 ? (on >= 0 ? on + 1 : place) : place - 1;
    await show(all[(next + all.length) % all.length]);
  }

  private showNext(gone: Hunk): void {
    const editor = vscode.window.activeTextEditor;
    const next = this.hunks.of(gone.uri).find((each) => each.span.start.line >= gone.span.start.line);
    if (next !== undefined && editor?.document.uri.toString() === gone.uri) {
      void show(next);
    }
  }

  private chosen(id: unknown): Hunk | undefined {
    if (typeof id === "number") {
      return this.hunks.get(id);
    }
    const editor = vscode.window.activeTextEditor;
    return editor && this.hunks.at(editor.document.uri.toString(), editor.selection.active);
  }

  private async takeBack(hunks: readonly Hunk[]): Promise<void> {
    if (hunks.length === 0) {
      return;
    }
    const edit = new vscode.WorkspaceEdit();
    for (const hunk of hunks) {
      if (hunk.created) {
        edit.deleteFile(vscode.Uri.parse(hunk.uri), { ignoreIfNotExists: true });
      } else {
        edit.replace(vscode.Uri.parse(hunk.uri), rangeOf(hunk.span), hunk.before);
      }
    }
    if (await vscode.workspace.applyEdit(edit)) {
      this.hunks.drop(hunks);
    } else {
      void vscode.window.showWarningMessage(
        "darner: the editor rejected the edit. Try again, or undo in the editor.",
      );
    }
  }
}

async function show(hunk: Hunk | undefined): Promise<void> {
  if (hunk === undefined) {
    return;
  }
  const editor = await vscode.window.showTextDocument(vscode.Uri.parse(hunk.uri), { preview: false });
  const place = rangeOf(hunk.span).start;
  editor.selection = new vscode.Selection(place, place);
  editor.revealRange(rangeOf(hunk.span), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** The file a command is about: a Uri, a row of the tree, or the active editor. */
export function uriOf(target: unknown): string {
  if (target instanceof vscode.Uri) {
    return target.toString();
  }
  if (typeof target === "object" && target !== null && "uri" in target && typeof target.uri === "string") {
    return target.uri;
  }
  return vscode.window.activeTextEditor?.document.uri.toString() ?? "";
}
