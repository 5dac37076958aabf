// The status bar: the endpoint, the stage, the speed of the last patch; latency and quota on hover, a menu on click.

import * as vscode from "vscode";
import type { EndpointStatus, ServerStatus } from "./protocol.ts";
import { count, many, milliseconds } from "./format.ts";
import { STAGE_NAMES, STAGES, type Timing } from "./timings.ts";
import { Throttle } from "./throttle.ts";

const INTERVAL = 250; // milliseconds: a number that changes faster cannot be read

const KINDS: Readonly<Record<string, string>> = {
  cerebras: "fast",
  vllm: "GPU",
  llamacpp: "local",
  openai: "remote",
};

export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("darner.status", vscode.StatusBarAlignment.Right, 90);
  private state: "stopped" | "starting" | "ready" | "trouble" = "starting";
  private working = "";
  private paused = false;
  private server: ServerStatus | undefined;
  private latest: Timing | undefined;
  private readonly throttle = new Throttle(INTERVAL, () => this.draw());

  constructor() {
    this.item.name = "darner";
    this.item.command = "darner.showMenu";
    this.draw();
    this.item.show();
  }

  set(state: "stopped" | "starting" | "ready" | "trouble"): void {
    this.state = state;
    this.draw();
  }

  /** The stage; "" if nothing runs. An icon that turns is drawn at every frame: none where the words move anyway. */
  work(said: string, streaming = false): void {
    this.working = said === "" ? "" : `${streaming ? "$(zap)" : "$(loading~spin)"} ${said}`;
    this.throttle.ask();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.draw();
  }

  take(server: ServerStatus | undefined): void {
    this.server = server ?? this.server;
    this.draw();
  }

  remember(latest: Timing): void {
    this.latest = latest;
    this.draw();
  }

  /** The endpoint that answered last, else the first. */
  endpoint(): EndpointStatus | undefined {
    const endpoints = this.server?.endpoints ?? [];
    return endpoints.find((each) => each.name === this.latest?.endpoint) ?? endpoints[0];
  }

  dispose(): void {
    this.item.dispose();
  }

  private draw(): void {
    this.item.text = this.text();
    this.item.tooltip = this.hover();
    this.item.accessibilityInformation = { label: this.text().replace(/\$\([^)]*\)\s*/g, ""), role: "button" };
    this.item.backgroundColor =
      this.state === "trouble" ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
  }

  private text(): string {
    if (this.working !== "") {
      return this.working;
    }
    switch (this.state) {
      case "trouble":
        return "$(warning) darner";
      case "stopped":
        return "$(circle-slash) darner";
      case "starting":
        return "$(loading~spin) darner";
      case "ready": {
        const rate =
          this.latest && this.latest.tokensPerSecond > 0 ? ` ${count(this.latest.tokensPerSecond)} tokens/s` : "";
        return `${this.paused ? "$(debug-pause)" : "$(zap)"} ${this.named()}${rate}`;
      }
    }
  }

  private named(): string {
    const endpoint = this.endpoint();
    if (endpoint !== undefined) {
      return `darner: ${KINDS[endpoint.kind] ?? endpoint.name}`;
    }
    return this.server?.local_model ? "darner: local" : "darner";
  }

  private hover(): vscode.MarkdownString {
    const text = new vscode.MarkdownString("", true);
    const { latest, server } = this;
    const endpoint = this.endpoint();
    if (endpoint !== undefined) {
      text.appendMarkdown("**");
      text.appendText(`${endpoint.name}${endpoint.model === "" ? "" : `: ${endpoint.model}`}`);
      text.appendMarkdown("**\n\n");
      if (endpoint.problem !== "") {
        text.appendMarkdown("$(warning) ");
        text.appendText(`${endpoint.problem}\n\n`);
      }
    } else if (server?.local_model) {
      text.appendMarkdown("**");
      text.appendText(`embedded model: ${server.local_model}`);
      text.appendMarkdown("**\n\n");
    } else {
      text.appendMarkdown(`**darner** ${this.state === "starting" ? "is starting" : "is not running"}\n\n`);
    }
    if (this.paused) {
      text.appendMarkdown("$(debug-pause) Suggestions are paused.\n\n");
    }
    if (latest !== undefined) {
      text.appendMarkdown(`| last request | ${milliseconds(latest.total)} |\n|:--|--:|\n`);
      text.appendMarkdown(
        STAGES.map((each) => `| ${STAGE_NAMES[each]} | ${milliseconds(latest.stages[each])} |\n`).join(""),
      );
      text.appendMarkdown("\n");
    }
    for (const each of endpoint?.quota ?? []) {
      text.appendText(`Quota: ${count(each.remaining)} of ${count(each.limit)} ${each.unit} a ${each.period} left\n\n`);
    }
    if (server !== undefined) {
      const { files, symbols, indexing } = server.index;
      text.appendText(`Index: ${many(files, "file")}, ${many(symbols, "symbol")}${indexing ? " so far" : ""}\n\n`);
    }
    text.appendMarkdown("Click for the menu");
    return text;
  }
}
