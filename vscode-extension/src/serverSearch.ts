// Where the server's program is: the order is fixed, and every step reports what it found. No editor in here.

import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";

export interface Found {
  readonly path: string;
  /** Where it comes from, for the log. */
  readonly why: string;
}

export interface Search {
  /** The setting; "" if it is not set. */
  readonly setting: string;
  /** The interpreter of the active Python environment, if there is one. */
  readonly python: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
  readonly windows?: boolean;
  readonly note: (said: string) => void;
}

export const LOWEST_VERSION = "0.1.0";
export const INSTALL = "uv tool install darner";
export const INSTALL_PIPX = "pipx install darner";
export const UPGRADE = "uv tool upgrade darner";

/** The program, or undefined with every place that was looked at in the log. A setting that is wrong hides all others. */
export async function find(search: Search): Promise<Found | undefined> {
  for (const [path, why] of candidates(search)) {
    if (await isProgram(path)) {
      search.note(`found ${path} (${why})`);
      return { path, why };
    }
    search.note(`not there: ${path} (${why})`);
  }
  return undefined;
}

function* candidates(search: Search): Generator<[string, string]> {
  const { environment, setting, python } = search;
  const windows = search.windows ?? process.platform === "win32";
  const home = search.home ?? homedir();
  const name = windows ? "darner.exe" : "darner";
  if (setting !== "") {
    yield [setting.replace(/^~(?=[\\/]|$)/, home), "the setting darner.path"];
    return;
  }
  if (python !== undefined) {
    yield [join(dirname(python), name), "the active Python environment"];
  }
  for (const folder of (environment["PATH"] ?? environment["Path"] ?? "").split(delimiter)) {
    if (folder !== "" && isAbsolute(folder)) {
      yield [join(folder, name), "PATH"];
    }
  }
  const bin = windows ? "Scripts" : "bin";
  const data = environment["XDG_DATA_HOME"] ?? join(home, ".local", "share");
  const uv =
    environment["UV_TOOL_DIR"] ??
    (windows ? join(environment["APPDATA"] ?? home, "uv", "data", "tools") : join(data, "uv", "tools"));
  yield [
    join(environment["UV_TOOL_BIN_DIR"] ?? environment["XDG_BIN_HOME"] ?? join(home, ".local", "bin"), name),
    "uv tool or pipx",
  ];
  yield [join(uv, "darner", bin, name), "uv tool"];
  for (const place of [
    environment["PIPX_HOME"],
    join(data, "pipx"),
    join(home, ".local", "pipx"),
    join(home, "pipx"),
  ]) {
    if (place !== undefined) {
      yield [join(place, "venvs", "darner", bin, name), "pipx"];
    }
  }
}

/** The version in the output of `darner --version`; undefined if there is none. */
export function versionIn(said: string): string | undefined {
  return /^darner (\d+\.\d+\.\d+\S*)\s*$/.exec(said.trim())?.[1];
}

export function isTooOld(version: string, lowest: string = LOWEST_VERSION): boolean {
  const [a, b] = [numbers(version), numbers(lowest)];
  const at = b.findIndex((each, n) => each !== (a[n] ?? 0));
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

function numbers(version: string): number[] {
  return version
    .split(/[.+-]|[a-z]/)
    .slice(0, 3)
    .map(Number);
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
