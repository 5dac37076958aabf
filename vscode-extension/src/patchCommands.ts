// From a command or a code action to a patch on the screen, and the message at its end.

import * as vscode from "vscode";
import type { Asking } from "./ask.ts";
import type { PatchParams, Scope } from "./protocol.ts";
import type { Hunks } from "./hunks.ts";
import type { Views } from "./pageTabs.ts";
import type { Painting } from "./decorations.ts";
import { type Outcome, patch } from "./patchRequest.ts";
import { many } from "./format.ts";
import { stagesOf } from "./timings.ts";
import type { Server } from "./server.ts";
import type { Status } from "./status.ts";
import type { Troubles } from "./trouble.ts";

export interface Parts {
  readonly server: Server;
  readonly hunks: Hunks;
  readonly painting: Painting;
  readonly status: Status;
  readonly troubles: Troubles;
  readonly views: Views;
  readonly asking: Asking;
  /** A request has ended: its effects on quota and the like can be queried. */
  readonly ended: () => void;
}

const NOTHING = { stages: stagesOf({}) };

export class Editing implements vscode.Disposable {
  private readonly running = new Set<vscode.CancellationTokenSource>();
  private readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** Ask for an instruction, unless one is given, then request the patch. */
  async edit(scope: Scope, given?: unknown): Promise<Outcome | undefined> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined && scope !== "workspace") {
      const open = "Open a file…";
      if ((await vscode.window.showInformationMessage("darner: open a file first.", open)) === open) {
        await vscode.commands.executeCommand("workbench.action.quickOpen");
      }
      return undefined;
    }
    const client = this.parts.server.client;
    if (client === undefined) {
      const again = "Start again";
      const said = "darner's server is not running.";
      if ((await vscode.window.showWarningMessage(said, again)) === again) {
        await this.parts.server.restart();
      }
      return undefined;
    }
    const selection = editor?.selection;
    const document = editor?.document;
    const instruction =
      typeof given === "string" && given.trim() !== ""
        ? given
        : await this.parts.asking.ask(titleOf(scope, editor), this.detail(scope, editor));
    if (instruction === undefined) {
      return undefined;
    }
    if (editor !== undefined && selection !== undefined && !selection.isEmpty) {
      editor.selection = new vscode.Selection(selection.start, selection.start); // or it hides the colours of the diff
    }
    return await this.ask({
      instruction,
      scope,
      ...(document === undefined ? {} : { textDocument: { uri: document.uri.toString() } }),
      ...(scope === "range" && selection !== undefined ? { range: plain(selection) } : {}),
    });
  }

  /** Run a patch to its end. */
  async ask(params: PatchParams): Promise<Outcome | undefined> {
    const { server, status, hunks, painting } = this.parts;
    const client = server.client;
    if (client === undefined) {
      return undefined;
    }
    const source = new vscode.CancellationTokenSource();
    const at = Date.now();
    this.running.add(source);
    void vscode.commands.executeCommand("setContext", "darner.patching", true);
    status.work("darner: reading");
    if (params.range !== undefined) {
      const { start, end } = params.range;
      painting.mark(params.textDocument?.uri, new vscode.Range(start.line, 0, end.line, 0));
    }
    try {
      const telling = { progress: (said: string, streaming?: boolean) => status.work(`darner: ${said}`, streaming) };
      const outcome = await patch(client, params, hunks, telling, source.token);
      this.remember(params, at, outcome);
      this.say(params, outcome);
      return outcome;
    } finally {
      this.running.delete(source);
      source.dispose();
      if (this.running.size === 0) {
        status.work("");
        painting.mark();
        void vscode.commands.executeCommand("setContext", "darner.patching", false);
      }
      this.parts.ended();
    }
  }

  cancel(): void {
    for (const each of this.running) {
      each.cancel();
    }
  }

  dispose(): void {
    this.cancel();
  }

  private remember(params: PatchParams, at: number, outcome: Outcome): void {
    const { views, status } = this.parts;
    const { done, route, context } = outcome;
    const timing = {
      at,
      instruction: params.instruction,
      endpoint: done?.endpoint ?? route?.endpoint ?? "–",
      outcome: outcome.state,
      tokens: done?.usage.completion_tokens ?? 0,
      tokensPerSecond: outcome.tokensPerSecond,
      stages: done ? stagesOf(done.timings_ms, outcome.total) : NOTHING.stages,
      total: outcome.total,
    };
    views.remember(timing, context && { instruction: params.instruction, at, context, route });
    status.remember(timing);
  }

  private say(params: PatchParams, outcome: Outcome): void {
    const { troubles } = this.parts;
    const { refused } = outcome;
    if (outcome.state === "failed") {
      troubles.failed(outcome.said);
      void this.offerAgain(params, `darner: ${outcome.said}`);
    } else if (outcome.state === "done") {
      troubles.fine(outcome.done?.endpoint ?? "");
    }
    if (outcome.state !== "done") {
      return;
    }
    if (refused.length > 0) {
      const reasons = [...new Set(refused.map((each) => each.reason))].join("; ");
      const all = refused.length + outcome.hunks;
      void this.offerAgain(params, `darner: ${refused.length} of ${many(all, "edit")} could not be applied: ${reasons}`);
    } else if (outcome.hunks === 0) {
      vscode.window.setStatusBarMessage("darner: nothing to change", 5000);
    }
  }

  private async offerAgain(params: PatchParams, said: string): Promise<void> {
    const again = "Ask again";
    const log = "Show Log";
    const chosen = await vscode.window.showWarningMessage(said, again, log);
    if (chosen === again) {
      await this.ask(params);
    } else if (chosen === log) {
      await vscode.commands.executeCommand("darner.showLog");
    }
  }

  /** What would be looked at, as the server sees it. */
  private async detail(scope: Scope, editor: vscode.TextEditor | undefined): Promise<string> {
    const client = this.parts.server.client;
    if (client === undefined || editor === undefined || scope !== "range") {
      return "";
    }
    const asked = { textDocument: { uri: editor.document.uri.toString() }, range: plain(editor.selection), scope };
    const told = await client.sendRequest<{ focus_tokens: number; tokens: number }>("workspace/executeCommand", {
      command: "darner.explainContext",
      arguments: [asked],
    });
    return `${many(told.focus_tokens + told.tokens, "token")} of context`;
  }
}

function titleOf(scope: Scope, editor: vscode.TextEditor | undefined): string {
  if (scope === "workspace" || editor === undefined) {
    return "darner: edit the workspace";
  }
  const path = vscode.workspace.asRelativePath(editor.document.uri);
  if (scope === "file") {
    return `darner: edit ${path}`;
  }
  const { start, end, isEmpty } = editor.selection;
  const last = end.character === 0 && end.line > start.line ? end.line : end.line + 1;
  return isEmpty
    ? `darner: edit the function at line ${start.line + 1} of ${path}`
    : `darner: edit lines ${start.line + 1}–${last} of ${path}`;
}

function plain(range: vscode.Range): {
  start: { line: number; character: number };
  end: { line: number; character: number };
} {
  const { start, end } = range;
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}
