// What is in the way, reported once, with the button that helps; and kept where the language's status is shown.

import * as vscode from "vscode";
import { INSTALL, INSTALL_PIPX, UPGRADE } from "./serverSearch.ts";
import type { Trouble } from "./server.ts";

const INSTALL_BUTTON = "Install…";

export class Troubles implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("darner", { pattern: "**" });
  private said = "";

  constructor() {
    this.item.name = "darner";
    this.starting();
  }

  starting(): void {
    this.tell("darner is starting", "", vscode.LanguageStatusSeverity.Information);
    this.item.busy = true;
  }

  fine(endpoint: string): void {
    this.said = "";
    this.tell("darner", endpoint === "" ? "ready" : endpoint, vscode.LanguageStatusSeverity.Information);
  }

  /** A request failed: the server's own sentence stays here after the message has gone. */
  failed(said: string): void {
    this.tell("darner: the last request failed", said, vscode.LanguageStatusSeverity.Warning);
  }

  show(trouble: Trouble): void {
    this.tell("darner is not running", trouble.said, vscode.LanguageStatusSeverity.Error);
    if (trouble.said === this.said) {
      return; // it has been reported
    }
    this.said = trouble.said;
    void this.offer(trouble);
  }

  dispose(): void {
    this.item.dispose();
  }

  private async offer(trouble: Trouble): Promise<void> {
    const log = "Show Log";
    const again = "Start again";
    const buttons =
      trouble.kind === "missing" ? [INSTALL_BUTTON, log] : trouble.kind === "old" ? [UPGRADE, log] : [again, log];
    const chosen = await vscode.window.showErrorMessage(trouble.said, ...buttons);
    if (chosen === INSTALL_BUTTON) {
      await install();
    } else if (chosen === UPGRADE) {
      inTerminal(UPGRADE);
    } else if (chosen === log) {
      await vscode.commands.executeCommand("darner.showLog");
    } else if (chosen === again) {
      await vscode.commands.executeCommand("darner.restart");
    }
  }

  private tell(text: string, detail: string, severity: vscode.LanguageStatusSeverity): void {
    this.item.busy = false;
    this.item.text = text;
    this.item.detail = detail;
    this.item.severity = severity;
    this.item.command = { title: "Menu", command: "darner.showMenu" };
  }
}

/** Offer the exact commands; the chosen one is typed into a terminal, and run when the person presses Enter. */
export async function install(): Promise<void> {
  const chosen = await vscode.window.showQuickPick(
    [
      { label: INSTALL, description: "with uv" },
      { label: INSTALL_PIPX, description: "with pipx" },
      { label: "uv tool install 'darner[local]'", description: "with uv, including the embedded model" },
    ],
    {
      title: "darner: Install Server",
      placeHolder: "The command is entered in a terminal; press Enter there, then restart the server",
    },
  );
  if (chosen !== undefined) {
    inTerminal(chosen.label);
  }
}

export function inTerminal(command: string, run = false): void {
  const terminal = vscode.window.createTerminal("darner");
  terminal.show();
  terminal.sendText(command, run);
}
