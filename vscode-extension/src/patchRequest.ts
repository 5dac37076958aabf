// One request from instruction to hunks: the server's events are shown in the buffers and on the screen.

import * as vscode from "vscode";
import { type LanguageClient, ProgressType } from "vscode-languageclient/node";
import { Applying } from "./editApplication.ts";
import type { ContextEvent, DoneEvent, EditEvent, PatchEvent, PatchParams, Refusal, RouteEvent } from "./protocol.ts";
import type { Hunks } from "./hunks.ts";
import { many } from "./format.ts";
import { NOT_CONFIRMED, type PatchAnswer, putRest } from "./offscreenChanges.ts";

export interface Outcome {
  readonly state: "done" | "failed" | "cancelled";
  readonly hunks: number;
  readonly refused: readonly Refusal[];
  /** The server's sentence where it failed. */
  readonly said: string;
  readonly context: ContextEvent | undefined;
  readonly route: RouteEvent | undefined;
  readonly done: DoneEvent | undefined;
  readonly tokensPerSecond: number;
  /** Milliseconds from the request to the last hunk. */
  readonly total: number;
}

export interface Telling {
  /** The stage, in a few words; `streaming` once the words change by themselves. */
  progress(said: string, streaming?: boolean): void;
}

let last = 0;

/** Ask for a patch and bring it into the editor. Never throws. */
export async function patch(
  client: LanguageClient,
  params: PatchParams,
  hunks: Hunks,
  telling: Telling,
  token: vscode.CancellationToken,
): Promise<Outcome> {
  const run = new Run(client, hunks, telling, token);
  try {
    return await run.ask(params);
  } finally {
    run.dispose();
  }
}

class Run {
  private readonly files = new Map<string, Applying>();
  private readonly refused: Refusal[] = [];
  private readonly began = performance.now();
  private readonly known: number;
  private context: ContextEvent | undefined;
  private route: RouteEvent | undefined;
  private done: DoneEvent | undefined;
  private rate = 0;
  private arrived = 0;

  private readonly client: LanguageClient;
  private readonly hunks: Hunks;
  private readonly telling: Telling;
  private readonly token: vscode.CancellationToken;

  constructor(client: LanguageClient, hunks: Hunks, telling: Telling, token: vscode.CancellationToken) {
    this.client = client;
    this.hunks = hunks;
    this.telling = telling;
    this.token = token;
    this.known = hunks.all().length;
  }

  async ask(params: PatchParams): Promise<Outcome> {
    const name = `darner-patch-${++last}`;
    const listening = vscode.Disposable.from(
      this.client.onProgress(new ProgressType<PatchEvent>(), name, (event) => this.take(event)),
      this.client.onProgress(new ProgressType<{ message?: string }>(), `${name}-work`, (event) => {
        if (event.message && !this.arrived) {
          this.telling.progress(event.message);
        }
      }),
    );
    try {
      const asked = { ...params, partialResultToken: name, workDoneToken: `${name}-work` };
      const answer = await this.client.sendRequest<PatchAnswer>("darner/patch", asked, this.token);
      await this.finish(answer);
      return this.outcome("done", "");
    } catch (error) {
      await this.settle();
      const cancelled = this.token.isCancellationRequested;
      const said = error instanceof Error ? error.message : String(error);
      return this.outcome(cancelled ? "cancelled" : "failed", cancelled ? "" : said);
    } finally {
      listening.dispose();
    }
  }

  dispose(): void {
    for (const each of this.files.values()) {
      each.dispose();
    }
  }

  private take(event: PatchEvent): void {
    switch (event.event) {
      case "context":
        this.context = event;
        break;
      case "route":
        this.route = event;
        this.telling.progress(`${event.endpoint}: waiting for the first token`);
        break;
      case "decoding":
        this.rate = event.tokens_per_second || this.rate;
        this.telling.progress(this.said(), true);
        break;
      case "edit":
        this.arrived += 1;
        this.telling.progress(this.said(), true);
        this.put(event);
        break;
      case "repair":
        this.telling.progress(`${event.endpoint}: retrying ${many(event.refused, "rejected edit")}`);
        break;
      case "done":
        this.done = event;
        break;
      default:
        break; // refusals are in the answer too
    }
  }

  private said(): string {
    const rate = this.rate > 0 ? ` · ${Math.round(this.rate)} tokens/s` : "";
    return `${this.route?.endpoint ?? "darner"}${rate} · ${this.arrived} hunk${this.arrived === 1 ? "" : "s"}`;
  }

  /** A hunk of a document on the screen is put in at once; all others wait for the end, to be put in together. */
  private put(event: EditEvent): void {
    if (this.token.isCancellationRequested || event.confirm === true) {
      return;
    }
    const { uri, version } = event.textDocument;
    this.onScreen(uri)?.push(event.edits, version, event.bridges);
  }

  private onScreen(uri: string): Applying | undefined {
    const known = this.files.get(key(uri));
    if (known !== undefined) {
      return known;
    }
    const editor = vscode.window.visibleTextEditors.find((each) => each.document.uri.toString() === key(uri));
    return editor && this.follow(editor.document);
  }

  private follow(document: vscode.TextDocument): Applying {
    const uri = document.uri.toString();
    const made = new Applying(document, this.hunks, (reason) => this.refused.push({ uri, reason }));
    this.files.set(uri, made);
    return made;
  }

  private async finish(answer: PatchAnswer): Promise<void> {
    this.refused.push(...answer.refused);
    const rest = [];
    for (const change of answer.edit.documentChanges ?? []) {
      const file = "textDocument" in change ? this.files.get(key(change.textDocument.uri)) : undefined;
      const asks = "textDocument" in change && change.edits.some((each) => each.annotationId === "darner.run");
      if (file !== undefined && "textDocument" in change && !asks) {
        const bridges = change.edits.some((each) => each.annotationId !== undefined) ? ["bridged"] : [];
        file.push(change.edits, change.textDocument.version, bridges);
      } else {
        rest.push(change);
      }
    }
    await this.settle();
    if (Object.values(answer.edit.changeAnnotations ?? {}).some((each) => each.needsConfirmation)) {
      this.telling.progress("waiting for you in the refactor preview");
    }
    const follow = (document: vscode.TextDocument): Applying =>
      this.files.get(document.uri.toString()) ?? this.follow(document);
    const left = await putRest(rest, answer.edit.changeAnnotations ?? {}, this.hunks, follow);
    this.refused.push(...left.map((uri) => ({ uri, reason: NOT_CONFIRMED })));
  }

  private async settle(): Promise<void> {
    await Promise.all([...this.files.values()].map((each) => each.settled()));
  }

  private outcome(state: Outcome["state"], said: string): Outcome {
    const decode = this.done?.timings_ms["decode"] ?? 0;
    const rate = decode > 0 && this.done ? (this.done.usage.completion_tokens * 1000) / decode : 0;
    return {
      state,
      hunks: Math.max(0, this.hunks.all().length - this.known),
      refused: unique(this.refused),
      said,
      context: this.context,
      route: this.route,
      done: this.done,
      tokensPerSecond: rate || this.rate,
      total: performance.now() - this.began,
    };
  }
}

/** A document's name as the editor writes it. */
export function key(uri: string): string {
  return vscode.Uri.parse(uri).toString();
}

function unique(refused: readonly Refusal[]): Refusal[] {
  const seen = new Set<string>();
  return refused.filter((each) => {
    const said = JSON.stringify([each.uri, each.reason, each.range?.start.line]);
    return !seen.has(said) && seen.add(said);
  });
}
