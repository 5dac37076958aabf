// What is made when the editor starts, and which command does what.

import * as vscode from "vscode";
import { Asking } from "./ask.ts";
import { Before } from "./before.ts";
import { ChangedFiles } from "./changedFiles.ts";
import { Checks } from "./checks.ts";
import { Editing } from "./patchCommands.ts";
import type { PatchParams, ServerStatus } from "./protocol.ts";
import { Hunks } from "./hunks.ts";
import { Keys } from "./keys.ts";
import { Lenses } from "./lenses.ts";
import { showMenu } from "./menu.ts";
import { openLines, Views } from "./pageTabs.ts";
import { Painting } from "./decorations.ts";
import { onDidChangePython } from "./python.ts";
import { Reviewing } from "./review.ts";
import { Server, type Trouble } from "./server.ts";
import { readSettings, SECTION } from "./settings.ts";
import { Status } from "./status.ts";
import { install, inTerminal, Troubles } from "./trouble.ts";

/** What tests look at; no part of it is promised. */
export interface Inside {
  readonly server: Server;
  readonly hunks: Hunks;
  readonly views: Views;
  readonly painting: Painting;
  readonly editing: Editing;
  readonly started: Promise<void>;
  readonly troubles: Trouble[];
  readonly activation: number;
}

/** Settings that the server takes at its start only. */
const AT_START = ["path", "config", "endpoints", "localModel", "hedge"];

export function activate(context: vscode.ExtensionContext): Inside {
  const began = performance.now();
  const log = vscode.window.createOutputChannel("darner", { log: true });
  const hunks = new Hunks();
  const checks = new Checks();
  const painting = new Painting(hunks);
  const status = new Status();
  const troubles = new Troubles();
  const views = new Views(context.workspaceState);
  const keys = new Keys(context.secrets, context.globalState);
  const told: Trouble[] = [];

  const server: Server = new Server(log, keys, {
    command: (command, args, next) => {
      const repair = command === "darner.repair" ? checks.latest?.repair : undefined;
      const params = command === "darner.patch" ? (args[0] as PatchParams) : repair;
      return params ? editing.ask(params) : next(command, args);
    },
    checked: (checked) => checks.take(checked),
    state: (running) => {
      status.set(running ? "ready" : "stopped");
      checks.take(undefined);
      void vscode.commands.executeCommand("setContext", "darner.running", running);
      if (running) {
        troubles.fine("");
        void refresh();
      }
    },
    trouble: (trouble) => {
      if (trouble !== undefined) {
        told.push(trouble);
        log.error(trouble.said);
        status.set("trouble");
        troubles.show(trouble);
      }
    },
  });

  async function refresh(): Promise<ServerStatus | undefined> {
    try {
      const now = await server.client?.sendRequest<ServerStatus>("workspace/executeCommand", {
        command: "darner.status",
        arguments: [],
      });
      status.take(now);
      return now;
    } catch (error) {
      log.warn(`status: ${error}`);
      return undefined;
    }
  }

  const ended = (): void => void refresh();
  const asking = new Asking(context.globalState);
  const editing = new Editing({ server, hunks, painting, status, troubles, views, asking, ended });
  const reviewing = new Reviewing(hunks);
  const before = new Before(hunks);

  const restart = (): Promise<void> => {
    status.set("starting");
    troubles.starting();
    return server.restart();
  };
  const pause = async (): Promise<void> => {
    server.paused = !server.paused;
    status.pause(server.paused);
    await server.tellSettings();
  };
  const commands: Readonly<Record<string, (...args: never[]) => unknown>> = {
    editHere: (given?: unknown) => editing.edit("range", given),
    editFile: (given?: unknown) => editing.edit("file", given),
    editWorkspace: (given?: unknown) => editing.edit("workspace", given),
    cancel: () => editing.cancel(),
    nextHunk: () => reviewing.go(1),
    previousHunk: () => reviewing.go(-1),
    keepHunk: (id?: unknown) => reviewing.keep(id),
    undoHunk: (id?: unknown) => reviewing.undo(id),
    keepFile: (target?: unknown) => reviewing.keepFile(target),
    undoFile: (target?: unknown) => reviewing.undoFile(target),
    keepPatch: () => reviewing.keepAll(),
    undoPatch: () => reviewing.undoAll(),
    compare: (target?: unknown) => before.compare(target),
    openLines,
    showSent: () => views.showSent(),
    showLatency: () => views.showLatency(),
    showMenu: () => showMenu(server, refresh),
    showLog: () => log.show(),
    restart,
    refreshIndex: async () => {
      await server.client?.sendRequest("workspace/executeCommand", { command: "darner.restartIndex", arguments: [] });
      await refresh();
    },
    pause,
    doctor: () => inTerminal(`"${server.program ?? "darner"}" doctor`, true),
    install,
    setKey: async () => ((await keys.set(readSettings())) ? restart() : undefined),
    forgetKey: async () => ((await keys.forget()) ? restart() : undefined),
  };

  let hasHunks = false;
  const contexts = (): void => {
    if (hasHunks !== hunks.all().length > 0) {
      hasHunks = !hasHunks;
      void vscode.commands.executeCommand("setContext", "darner.hasHunks", hasHunks);
    }
  };
  context.subscriptions.push(
    log,
    hunks,
    painting,
    status,
    troubles,
    views,
    server,
    editing,
    before,
    checks,
    new Lenses(hunks, checks),
    new ChangedFiles(hunks),
    hunks.onDidChange(contexts),
    ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(`darner.${name}`, run)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void restart()), // the server takes trust at its start only
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (AT_START.some((name) => event.affectsConfiguration(`${SECTION}.${name}`))) {
        void restart();
      }
    }),
  );
  const started = server.start();
  void started.then(async () => {
    context.subscriptions.push(
      await onDidChangePython(() => {
        if (readSettings().path === "") {
          void restart();
        }
      }),
    );
  });
  return { server, hunks, views, painting, editing, started, troubles: told, activation: performance.now() - began };
}
