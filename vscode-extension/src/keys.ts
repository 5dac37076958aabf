// API keys: in the editor's secret store, handed to the server by its environment, and nowhere else.

import * as vscode from "vscode";
import type { Settings } from "./settings.ts";

const PREFIX = "darner.key.";
const NAMES = "darner.keyNames"; // names of variables, never keys
const USUAL = ["CEREBRAS_API_KEY", "DARNER_GPU_API_KEY"];

export class Keys {
  private readonly secrets: vscode.SecretStorage;
  private readonly memory: vscode.Memento;

  constructor(secrets: vscode.SecretStorage, memory: vscode.Memento) {
    this.secrets = secrets;
    this.memory = memory;
  }

  /** Variables and their keys, for the server's environment. */
  async environment(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const name of this.names()) {
      const key = await this.secrets.get(PREFIX + name);
      if (key) {
        found[name] = key;
      }
    }
    return found;
  }

  /** Ask for a key. True if one was stored. */
  async set(settings: Settings): Promise<boolean> {
    const named = settings.endpoints.flatMap((each) => each.api_key_env ?? []);
    const other = "Another variable…";
    const chosen = await vscode.window.showQuickPick([...new Set([...named, ...USUAL]), other], {
      title: "darner: Set API Key",
      placeHolder: "Environment variable that holds the endpoint's key (api_key_env)",
    });
    const name = chosen === other ? await askForName() : chosen;
    if (name === undefined) {
      return false;
    }
    const key = await vscode.window.showInputBox({
      title: `darner: ${name}`,
      prompt: "Stored in the editor's secret store and passed to the server's environment. Never written to settings.",
      password: true,
      ignoreFocusOut: true,
      validateInput: (value) => (/^\S+$/.test(value.trim()) ? undefined : "A key contains no spaces."),
    });
    if (key === undefined) {
      return false;
    }
    await this.secrets.store(PREFIX + name, key.trim());
    await this.memory.update(NAMES, [...new Set([...this.names(), name])]);
    return true;
  }

  /** Ask which key to forget. True if one was forgotten. */
  async forget(): Promise<boolean> {
    const names = this.names();
    if (names.length === 0) {
      void vscode.window.showInformationMessage("darner has no stored API key.");
      return false;
    }
    const name = await vscode.window.showQuickPick(names, { title: "darner: Forget API Key" });
    if (name === undefined) {
      return false;
    }
    await this.secrets.delete(PREFIX + name);
    await this.memory.update(
      NAMES,
      names.filter((each) => each !== name),
    );
    return true;
  }

  private names(): string[] {
    return this.memory.get<string[]>(NAMES, []);
  }
}

function askForName(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: "darner: Set API Key",
    prompt: "Name of the variable, as in api_key_env",
    validateInput: (value) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(value) ? undefined : "Use only letters, digits and '_'."),
  });
}
