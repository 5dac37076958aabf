// The user's settings, read at one place, and the part that the server gets.

import * as vscode from "vscode";

export interface Settings {
  readonly path: string;
  readonly config: string;
  readonly endpoints: readonly Endpoint[];
  readonly localModel: string;
  readonly budget: number | "auto" | null;
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
  // the user's own value: a workspace's .vscode/settings.json does not count here, whatever the manifest allows
  const own = <T>(name: string): T | undefined => section.inspect<T>(name)?.globalValue;
  return {
    path: own<string>("path")?.trim() ?? "",
    config: own<string>("config")?.trim() ?? "",
    endpoints: own<Endpoint[]>("endpoints") ?? [],
    localModel: own<string>("localModel")?.trim() ?? "",
    budget: section.get<number | "auto" | null>("budget", null),
    hedge: own<boolean>("hedge"),
    completion: section.get("completion", true),
  };
}

/** What may change while the server runs: all else it takes at its start only. */
export function whileRunning(settings: Settings, paused: boolean): Record<string, unknown> {
  return {
    ...(settings.budget === null ? {} : { budget: settings.budget }),
    completion: settings.completion && !paused,
  };
}

/** The settings in the server's own words. What is not set is left out: the server's file or its defaults count then. */
export function forServer(settings: Settings, paused: boolean, preferred: string | undefined): Record<string, unknown> {
  const first = settings.endpoints.filter((each) => each.name === preferred);
  const others = settings.endpoints.filter((each) => each.name !== preferred);
  return {
    ...(settings.endpoints.length > 0 ? { endpoints: [...first, ...others] } : {}),
    ...(settings.localModel === "" ? {} : { local_model: settings.localModel }),
    ...(settings.hedge === undefined ? {} : { hedge: settings.hedge }),
    ...whileRunning(settings, paused),
    trusted: vscode.workspace.isTrusted,
    checks: true, // the notification `darner/checked` is wanted
  };
}
