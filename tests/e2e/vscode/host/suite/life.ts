// Activation, settings, finding the server, crashes and restarts.

import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { Inside } from "../../../../../vscode-extension/src/extension.ts";
import { equal, running, test, until } from "./check.ts";

interface Python {
  choose(path: string | undefined): void;
}

const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration("darner");
const REAL = String(settings().get("path"));

async function set(name: string, value: unknown): Promise<void> {
  await settings().update(name, value, vscode.ConfigurationTarget.Global);
}

async function withPath(path: string, work: (darner: Inside) => Promise<void>): Promise<void> {
  const darner = await running();
  darner.troubles.length = 0;
  await set("path", path);
  try {
    await work(darner);
  } finally {
    await set("path", REAL);
    await until("the real server is back", () => darner.server.program === REAL && darner.server.client);
  }
}

function program(name: string, text: string): string {
  const path = join(tmpdir(), `darner-${process.pid}`, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

function kill(darner: Inside): void {
  const { pid } = (darner.server.client as unknown as { _serverProcess: { pid: number } })._serverProcess;
  process.kill(pid, "SIGKILL");
}

test("activates and starts the server", async () => {
  const darner = await running();
  equal(darner.troubles, []);
});

test("every command is there, and every key is free in VS Code", async () => {
  const { packageJSON } = vscode.extensions.getExtension("darner.darner") ?? {};
  const known = new Set(await vscode.commands.getCommands(true));
  const missing = packageJSON.contributes.commands.filter((each: { command: string }) => !known.has(each.command));
  equal(missing, []);
  await vscode.commands.executeCommand("workbench.action.openDefaultKeybindingsFile");
  const text = await until("the keybindings", () => vscode.window.activeTextEditor?.document.getText());
  const ours: { key: string; command: string }[] = packageJSON.contributes.keybindings;
  const defaults: { key: string; command: string; when?: string }[] = JSON.parse(text.replace(/^\s*\/\/.*$/gm, ""));
  const elsewhere = /chat|keybinding|accessib/i; // never true while a text is being edited
  const taken = defaults.filter(
    (each) =>
      each.key !== "escape" &&
      ours.some(({ key }) => key === each.key) &&
      !each.command.startsWith("darner.") &&
      !elsewhere.test(each.when ?? ""),
  );
  equal(taken, []);
});

test("settings reach the running server", async () => {
  const darner = await running();
  const before = settings().get<{ name: string }[]>("endpoints") ?? [];
  await set("endpoints", [{ ...before[0], name: "renamed" }]);
  const names = async (): Promise<string[]> => {
    const status = await darner.server.client?.sendRequest<{ endpoints: { name: string }[] }>(
      "workspace/executeCommand",
      { command: "darner.status", arguments: [] },
    );
    return status?.endpoints.map((each) => each.name) ?? [];
  };
  await until("the new name", async () => (await names()).join() === "renamed");
  await set("endpoints", before);
  await until("the old name", async () => (await names()).join() === "fast");
});

test("a wrong setting hides all other places and is said", () =>
  withPath("/nowhere/darner", async (darner) => {
    await until("the trouble", () => darner.troubles.length > 0);
    equal(darner.troubles, [
      { kind: "missing", said: "darner's server was not found at /nowhere/darner (the setting darner.path)." },
    ]);
  }));

test("with no setting: the active Python environment, then PATH, then where uv tool and pipx put it", async () => {
  const python = await vscode.extensions.getExtension<Python>("ms-python.python")?.activate();
  const path = process.env["PATH"];
  const own = join(homedir(), ".local/bin/darner");
  await withPath("", async (darner) => {
    try {
      python?.choose(join(dirname(REAL), "python"));
      await until("by Python", () => darner.server.program === REAL && darner.server.client);
      python?.choose(undefined);
      await until("nowhere", () => darner.troubles.at(-1)?.kind === "missing");
      const folder = dirname(program("bin/darner", `#!/bin/sh\nexec ${REAL} "$@"\n`));
      process.env["PATH"] = `${folder}:${path}`;
      await vscode.commands.executeCommand("darner.restart");
      equal(darner.server.program, join(folder, "darner"));
      process.env["PATH"] = path;
      mkdirSync(dirname(own), { recursive: true });
      symlinkSync(REAL, own);
      await vscode.commands.executeCommand("darner.restart");
      equal(darner.server.program, own);
    } finally {
      process.env["PATH"] = path;
      rmSync(own, { force: true });
    }
  });
});

test("a server that is too old is said so", () =>
  withPath(program("old/darner", "#!/bin/sh\necho darner 0.0.9\n"), async (darner) => {
    await until("the trouble", () => darner.troubles.length > 0);
    const path = settings().get("path");
    equal(darner.troubles, [{ kind: "old", said: `${path} is darner 0.0.9; this extension requires 0.1.0 or later.` }]);
  }));

test("a server that cannot run ends with one message", () =>
  withPath(
    program("broken/darner", '#!/bin/sh\n[ "$1" = --version ] && echo darner 0.1.0\nexit 1\n'),
    async (darner) => {
      await until("the trouble", () => darner.troubles.length > 0);
      equal(
        darner.troubles.map((each) => each.kind),
        ["crashed"],
      );
    },
  ));

test("a server that dies is started again, but not for ever", async () => {
  const darner = await running();
  await vscode.commands.executeCommand("darner.restart");
  darner.troubles.length = 0;
  for (let times = 1; times <= 3; times++) {
    const killed = (darner.server.client as unknown as { _serverProcess: unknown })._serverProcess;
    kill(darner);
    await until(`start ${times}`, () => {
      const { client } = darner.server;
      return client && (client as unknown as { _serverProcess: unknown })._serverProcess !== killed;
    });
  }
  equal(darner.troubles, []);
  kill(darner);
  await until("the trouble", () => darner.troubles.length > 0);
  equal(darner.troubles, [
    { kind: "crashed", said: "darner's server ended 4 times within 3 minutes and was not restarted." },
  ]);
  await vscode.commands.executeCommand("darner.restart");
  await running();
});

test("restarts asked for at once happen one after the other", async () => {
  const darner = await running();
  await Promise.all([1, 2, 3].map(() => vscode.commands.executeCommand("darner.restart")));
  await running();
  equal(
    darner.troubles.filter((each) => each.kind !== "crashed"),
    [],
  );
});
