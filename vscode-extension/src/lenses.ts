// Keep and Undo above each hunk; above the first both for all, and what the checks of the patch have found.

import * as vscode from "vscode";
import type { Checks } from "./checks.ts";
import type { Hunks } from "./hunks.ts";
import { Throttle } from "./throttle.ts";

const INTERVAL = 250; // milliseconds: each time the editor arranges all lenses again

export class Lenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly listening: vscode.Disposable;
  private readonly hunks: Hunks;
  private readonly checks: Checks;

  constructor(hunks: Hunks, checks: Checks) {
    this.hunks = hunks;
    this.checks = checks;
    const throttle = new Throttle(INTERVAL, () => this.changed.fire());
    this.listening = vscode.Disposable.from(
      hunks.onDidChange(() => throttle.ask()),
      checks.onDidChange(() => throttle.ask()),
      vscode.languages.registerCodeLensProvider({ pattern: "**" }, this),
    );
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const hunks = this.hunks.of(document.uri.toString());
    return hunks.flatMap((hunk, number) => {
      const line = Math.min(hunk.span.start.line, document.lineCount - 1);
      const place = new vscode.Range(line, 0, line, 0);
      const said: [string, string, string, unknown][] = [
        ["$(check) Keep", "darner.keepHunk", "Keep this hunk", hunk.id],
        ["$(discard) Undo", "darner.undoHunk", "Restore the lines that this hunk replaced", hunk.id],
      ];
      if (number === 0 && hunks.length > 1) {
        said.push([
          `$(check-all) Keep all ${hunks.length}`,
          "darner.keepFile",
          "Keep all hunks of this file",
          document.uri,
        ]);
        said.push(["Undo all", "darner.undoFile", "Undo all hunks of this file", document.uri]);
      }
      for (const each of number === 0 ? this.checks.of(document.uri.toString()) : []) {
        said.push([each.title, each.command, each.tooltip, undefined]);
      }
      if (hunk.bridged !== "") {
        const told = `The model's text differed from yours in: ${hunk.bridged}. No other place matches.`;
        said.push([`$(info) applied with differences (${hunk.bridged})`, "darner.compare", told, document.uri]);
      }
      return said.map(
        ([title, command, tooltip, argument]) =>
          new vscode.CodeLens(place, { title, command, tooltip, arguments: argument === undefined ? [] : [argument] }),
      );
    });
  }

  dispose(): void {
    this.listening.dispose();
    this.changed.dispose();
  }
}
