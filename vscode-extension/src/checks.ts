// What the checks of the latest patch have found, as the server reports it.

import * as vscode from "vscode";
import { key } from "./patchRequest.ts";
import type { PatchParams } from "./protocol.ts";

export interface Checked {
  readonly uris: readonly string[];
  readonly state: "untrusted" | "running" | "passed" | "failed" | "unchecked";
  readonly text: string;
  readonly output: string;
  readonly command: string;
  /** The request that repairs the patch, where a check of it failed. */
  readonly repair: PatchParams | null;
}

export interface Lens {
  readonly title: string;
  readonly command: string;
  readonly tooltip: string;
}

const ICONS: Readonly<Record<Checked["state"], string>> = {
  untrusted: "beaker",
  running: "sync~spin",
  passed: "pass",
  failed: "error",
  unchecked: "question",
};

export class Checks implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  latest: Checked | undefined;

  take(checked: Checked | undefined): void {
    this.latest = checked;
    this.changed.fire();
  }

  /** The lenses of a document. */
  of(uri: string): readonly Lens[] {
    const found = this.latest;
    if (found === undefined || !found.uris.some((each) => key(each) === uri)) {
      return [];
    }
    const tooltip = found.output === "" ? `Run: ${found.command}` : found.output;
    const lens = { title: `$(${ICONS[found.state]}) ${found.text}`, command: "darner.check", tooltip };
    return found.repair === null
      ? [lens]
      : [lens, { title: "Repair", command: "darner.repair", tooltip: "Request a patch that mends what failed" }];
  }

  dispose(): void {
    this.changed.dispose();
  }
}
