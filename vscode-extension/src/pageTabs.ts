// The two pages in tabs of the editor, drawn again when there is something new.

import * as vscode from "vscode";
import { latencyPage } from "./latencyPage.ts";
import { type Sent, stagesOf, type Timing, withLatest } from "./timings.ts";
import { sentPage } from "./sentPage.ts";

const TIMINGS = "darner.timings";

export class Views implements vscode.Disposable {
  private readonly memory: vscode.Memento;
  private sent: Sent | undefined;
  private readonly open = new Map<string, vscode.WebviewPanel>();

  constructor(memory: vscode.Memento) {
    this.memory = memory;
  }

  get timings(): Timing[] {
    const stored = this.memory.get<Timing[]>(TIMINGS, []);
    return stored.map((each) => ({ ...each, stages: { ...stagesOf({}), ...each.stages } })); // of an older version
  }

  remember(timing: Timing, sent: Sent | undefined): void {
    void this.memory.update(TIMINGS, withLatest(this.timings, timing));
    this.sent = sent ?? this.sent;
    this.draw();
  }

  showSent(): void {
    this.show("sent", "Sent Context");
  }

  showLatency(): void {
    this.show("latency", "Recent Latency");
  }

  dispose(): void {
    for (const panel of this.open.values()) {
      panel.dispose();
    }
  }

  private show(kind: string, title: string): void {
    const known = this.open.get(kind);
    if (known !== undefined) {
      known.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(`darner.${kind}`, title, vscode.ViewColumn.Active, {
      enableScripts: false,
      enableCommandUris: ["darner.openLines"],
      localResourceRoots: [],
    });
    panel.onDidDispose(() => this.open.delete(kind));
    this.open.set(kind, panel);
    this.draw();
  }

  private draw(): void {
    for (const [kind, panel] of this.open) {
      const html = kind === "sent" ? sentPage(this.sent) : latencyPage(this.timings);
      if (panel.webview.html !== html) {
        panel.webview.html = html;
      }
    }
  }
}

/** Open lines of a file of the workspace, named as the server names it. */
export async function openLines(path: unknown, first: unknown, last: unknown): Promise<void> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (typeof path !== "string" || typeof first !== "number" || typeof last !== "number") {
    return;
  }
  const [head = "", ...rest] = path.split("/");
  const named = folders.length > 1 ? folders.find((each) => each.name === head) : undefined;
  const root = named ?? folders[0];
  if (root !== undefined) {
    const uri = vscode.Uri.joinPath(root.uri, named ? rest.join("/") : path);
    const selection = new vscode.Range(first - 1, 0, last, 0);
    await vscode.window.showTextDocument(uri, { selection, viewColumn: vscode.ViewColumn.Beside });
  }
}
