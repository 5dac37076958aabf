// The menu behind the status bar.

import * as vscode from "vscode";
import type { ServerStatus } from "./protocol.ts";
import type { Server } from "./server.ts";
import { readSettings } from "./settings.ts";

type Row = vscode.QuickPickItem & { readonly run?: () => unknown };

export async function showMenu(server: Server, status: () => Promise<ServerStatus | undefined>): Promise<void> {
  const run = (command: string) => () => vscode.commands.executeCommand(command);
  const rows: Row[] = [
    { label: "$(sparkle) Edit Here…", description: "selection or function", run: run("darner.editHere") },
    { label: "$(file) Edit File…", run: run("darner.editFile") },
    { label: "$(files) Edit Workspace…", run: run("darner.editWorkspace") },
    { label: "", kind: vscode.QuickPickItemKind.Separator },
    { label: "$(server) Choose Endpoint…", run: () => chooseEndpoint(server, status) },
    {
      label: server.paused ? "$(debug-start) Resume Suggestions" : "$(debug-pause) Pause Suggestions",
      run: run("darner.pause"),
    },
    { label: "$(list-tree) Show Sent Context", run: run("darner.showSent") },
    { label: "$(graph) Show Recent Latency", run: run("darner.showLatency") },
    { label: "", kind: vscode.QuickPickItemKind.Separator },
    { label: "$(refresh) Rebuild Index", run: run("darner.refreshIndex") },
    { label: "$(key) Set API Key", run: run("darner.setKey") },
    { label: "$(pulse) Run Doctor", description: "endpoints, quota, index, in a terminal", run: run("darner.doctor") },
    { label: "$(output) Show Log", run: run("darner.showLog") },
    { label: "$(debug-restart) Restart Server", run: run("darner.restart") },
    {
      label: "$(gear) Open Settings",
      run: () => vscode.commands.executeCommand("workbench.action.openSettings", "@ext:darner.darner"),
    },
  ];
  const chosen = await vscode.window.showQuickPick(rows, { title: "darner", placeHolder: "Choose an action" });
  await chosen?.run?.();
}

async function chooseEndpoint(server: Server, status: () => Promise<ServerStatus | undefined>): Promise<void> {
  const now = await status();
  const named = new Set(readSettings().endpoints.map((each) => each.name));
  const rows: Row[] = (now?.endpoints ?? []).map((each) => ({
    label: `${each.problem === "" ? "$(circle-filled)" : "$(warning)"} ${each.name}`,
    description: each.model,
    detail: each.problem === "" ? `window ${each.window?.toLocaleString("en-US") ?? "not known yet"}` : each.problem,
    run: async () => {
      if (named.has(each.name)) {
        server.preferred = each.name;
        await server.restart(); // endpoints are taken at the start only
      } else {
        const text = "These endpoints come from darner's configuration file; their order there is the order of preference.";
        const open = "Open Settings";
        if ((await vscode.window.showInformationMessage(text, open)) === open) {
          await vscode.commands.executeCommand("workbench.action.openSettings", "darner.endpoints");
        }
      }
    },
  }));
  if (rows.length === 0) {
    const model = now?.local_model ? `The embedded model ${now.local_model} answers.` : "The server is not running.";
    const open = "Add Endpoint";
    if ((await vscode.window.showInformationMessage(`darner: ${model}`, open)) === open) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "darner.endpoints");
    }
    return;
  }
  const chosen = await vscode.window.showQuickPick(rows, {
    title: "darner: endpoints in order of preference",
    placeHolder: "The endpoint you choose is preferred until you close the window",
  });
  await chosen?.run?.();
}
