// The user's settings, read at one place, and what the server is told of them.

import * as vscode from "vscode";

export interface Settings {
  readonly path: string;
  readonly config: string;
  readonly endpoints: readonly Endpoint[];
  readonly localModel: string;
  readonly budget: number | null;
  readonly hedge: boolean | undefined;
  readonly completion: boolean;
}

export interface Endpoint {
  readonly name: string;
  readonly kind: string;
  readonly api_key_env?: string;
}

export const SECTION = "darner";

export function readSettings(): Settings {
  const section = vscode.workspace.getConfiguration(SECTION);
  const hedge = section.inspect<boolean>("hedge");
  return {
    path: section.get("path", "").trim(),
    config: section.get("config", "").trim(),
    endpoints: section.get<Endpoint[]>("endpoints", []),
    localModel: section.get("localModel", "").trim(),
    budget: section.get<number | null>("budget", null),
    hedge: hedge?.globalValue,
    completion: section.get("completion", true),
  };
}

/** The settings in the server's own words. What is not set is left out: the server's file or its defaults count then. */
export function forServer(settings: Settings, paused: boolean, preferred: string | undefined): Record<string, unknown> {
  const first = settings.endpoints.filter((each) => each.name === preferred);
  const others = settings.endpoints.filter((each) => each.name !== preferred);
  return {
    ...(settings.endpoints.length > 0 ? { endpoints: [...first, ...others] } : {}),
    ...(settings.localModel === "" ? {} : { local_model: settings.localModel }),
    ...(settings.budget === null ? {} : { budget: settings.budget }),
    ...(settings.hedge === undefined ? {} : { hedge: settings.hedge }),
    completion: settings.completion && !paused,
    trusted: vscode.workspace.isTrusted,
  };
}
