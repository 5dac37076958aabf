// The server's life: found, checked, started, stopped, started again; one after the other, and not for ever.

import { execFile } from "node:child_process";
import { homedir } from "node:os";
import type { Checked } from "./checks.ts";
import type * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  type ExecuteCommandSignature,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";
import { Crashes } from "./crashes.ts";
import { type Found, find, isTooOld, LOWEST_VERSION, versionIn } from "./serverSearch.ts";
import type { Keys } from "./keys.ts";
import { activePython } from "./python.ts";
import { Queue } from "./queue.ts";
import { forServer, readSettings, SECTION, whileRunning } from "./settings.ts";

export type Trouble =
  | { readonly kind: "missing"; readonly said: string }
  | { readonly kind: "old"; readonly said: string }
  | { readonly kind: "crashed"; readonly said: string };

export interface Hooks {
  /** A command of the server is run: by a code action, a lens or another extension. */
  command(command: string, args: unknown[], next: ExecuteCommandSignature): unknown;
  state(running: boolean): void;
  checked(checked: Checked): void;
  trouble(trouble: Trouble | undefined): void;
}

const MOST_CRASHES = 3;
const WITHIN = 180_000; // milliseconds

export class Server implements vscode.Disposable {
  private readonly queue = new Queue();
  private readonly crashes = new Crashes(MOST_CRASHES, WITHIN);
  private readonly log: vscode.LogOutputChannel;
  private readonly keys: Keys;
  private readonly hooks: Hooks;
  private running: LanguageClient | undefined;
  /** The program that was started last. */
  program: string | undefined;
  /** Suggestions are off until enabled; patches are not. */
  paused = false;
  /** The name of the endpoint to use first. */
  preferred: string | undefined;

  constructor(log: vscode.LogOutputChannel, keys: Keys, hooks: Hooks) {
    this.log = log;
    this.keys = keys;
    this.hooks = hooks;
  }

  /** The connection, once the server has answered. */
  get client(): LanguageClient | undefined {
    return this.running?.state === State.Running ? this.running : undefined;
  }

  start(): Promise<void> {
    return this.queue.add(() => this.startNow());
  }

  /** Stop, then start again with the settings as they are then. */
  restart(): Promise<void> {
    this.crashes.forget();
    return this.queue.add(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  stop(): Promise<void> {
    return this.queue.add(() => this.stopNow());
  }

  /** Send the running server the changed settings; not one that is just being stopped. */
  tellSettings(): Promise<void> {
    return this.queue.add(async () => {
      await this.client?.sendNotification("workspace/didChangeConfiguration", {
        settings: { [SECTION]: whileRunning(readSettings(), this.paused) },
      });
    });
  }

  dispose(): void {
    void this.stop();
  }

  private options(): Record<string, unknown> {
    return forServer(readSettings(), this.paused, this.preferred);
  }

  private async startNow(): Promise<void> {
    const settings = readSettings();
    const found = await find({
      setting: settings.path,
      python: await activePython().catch((error: unknown) =>
        this.note(`the Python extension did not answer: ${error}`),
      ),
      environment: process.env,
      note: (said) => this.note(said),
    });
    if (found === undefined) {
      const where = settings.path === "" ? "" : ` at ${settings.path} (the setting darner.path)`;
      this.hooks.trouble({ kind: "missing", said: `darner's server was not found${where}.` });
      return;
    }
    const environment = await this.environment(settings.config);
    const version = await this.versionOf(found, environment);
    if (version === undefined || isTooOld(version)) {
      const said =
        version === undefined
          ? `${found.path} does not report its version; darner ${LOWEST_VERSION} or later is required.`
          : `${found.path} is darner ${version}; this extension requires ${LOWEST_VERSION} or later.`;
      this.hooks.trouble({ kind: "old", said });
      return;
    }
    this.program = found.path;
    this.log.info(`starting darner ${version}: ${found.path} (${found.why})`);
    await this.run(found, environment);
  }

  private async run(found: Found, environment: Record<string, string>): Promise<void> {
    let started = false;
    const client = new LanguageClient(
      SECTION,
      "darner",
      { command: found.path, args: ["serve", "--stdio"], options: surroundings(environment) },
      this.clientOptions(() => started),
    );
    client.onNotification("darner/checked", (checked: Checked) => this.hooks.checked(checked));
    client.onDidChangeState((event) => this.hooks.state(event.newState === State.Running));
    this.running = client;
    try {
      await client.start();
      started = true;
      this.hooks.trouble(undefined);
    } catch (error) {
      this.running = undefined;
      this.hooks.state(false);
      this.hooks.trouble({ kind: "crashed", said: `darner's server did not start: ${messageOf(error)}` });
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.running;
    this.running = undefined;
    if (client !== undefined) {
      await client.dispose(5000).catch((error: unknown) => this.note(`stopping: ${messageOf(error)}`));
    }
  }

  private clientOptions(started: () => boolean): LanguageClientOptions {
    return {
      documentSelector: [{ scheme: "file" }, { scheme: "untitled" }, { notebook: "*" }],
      initializationOptions: this.options(),
      outputChannel: this.log,
      traceOutputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never, // what a person should know is shown by `trouble`
      progressOnInitialization: false,
      markdown: { isTrusted: false },
      middleware: {
        executeCommand: (command, args, next) => this.hooks.command(command, args, next),
        workspace: {
          // the client would send the section as it is written in the settings: the server has other names
          didChangeConfiguration: () => this.tellSettings(),
          configuration: (params) =>
            params.items.map((each) => (each.section === SECTION ? whileRunning(readSettings(), this.paused) : null)),
        },
      },
      errorHandler: {
        error: (error) => {
          this.note(`the connection: ${error.message}`);
          return { action: ErrorAction.Continue, handled: true };
        },
        closed: () => {
          if (!started()) {
            return { action: CloseAction.DoNotRestart, handled: true }; // `run` reports why
          }
          if (!this.crashes.count()) {
            this.log.warn("the server stopped unexpectedly; restarting it");
            return { action: CloseAction.Restart, handled: true };
          }
          const said = `darner's server ended ${MOST_CRASHES + 1} times within ${WITHIN / 60_000} minutes and was not restarted.`;
          this.log.error(said);
          this.hooks.trouble({ kind: "crashed", said });
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    };
  }

  private async environment(config: string): Promise<Record<string, string>> {
    return { ...(await this.keys.environment()), ...(config === "" ? {} : { DARNER_CONFIG: config }) };
  }

  private versionOf(found: Found, environment: Record<string, string>): Promise<string | undefined> {
    return new Promise((resolve) => {
      execFile(found.path, ["--version"], { ...surroundings(environment), timeout: 30_000 }, (error, stdout) => {
        if (error) {
          this.note(`${found.path} --version: ${error.message}`);
        }
        resolve(versionIn(stdout));
      });
    });
  }

  private note(said: string): undefined {
    this.log.info(said);
  }
}

/** Not in the workspace, and with nothing that would have Python import from it. */
function surroundings(environment: Record<string, string>): { cwd: string; env: NodeJS.ProcessEnv } {
  const { PYTHONPATH: _, ...inherited } = process.env;
  return { cwd: homedir(), env: { ...inherited, ...environment } };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
