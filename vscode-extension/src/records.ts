// The last requests: what was sent and how the time was spent. Kept on this machine; nothing of it is sent anywhere.

import type { ContextEvent, DoneEvent, RouteEvent } from "./events.ts";

export const STAGES = ["context", "queue", "first_token", "decode", "apply", "editor"] as const;
export type Stage = (typeof STAGES)[number];
export const STAGE_NAMES: Readonly<Record<Stage, string>> = {
  context: "context",
  queue: "queue",
  first_token: "first token",
  decode: "decode",
  apply: "apply",
  editor: "editor",
};

export interface Timing {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly instruction: string;
  readonly endpoint: string;
  readonly outcome: "done" | "failed" | "cancelled";
  readonly tokens: number;
  readonly tokensPerSecond: number;
  readonly stages: Readonly<Record<Stage, number>>;
  readonly total: number;
}

export interface Sent {
  readonly instruction: string;
  readonly at: number;
  readonly context: ContextEvent;
  readonly route: RouteEvent | undefined;
}

const MOST = 50;

export function withLatest(timings: readonly Timing[], latest: Timing): Timing[] {
  return [latest, ...timings].slice(0, MOST);
}

/**
 * The stages as the server measured them, connecting as part of the queue. The editor's own is the rest of the `total`
 * that was measured here: they sum to it.
 */
export function stagesOf(timings: DoneEvent["timings_ms"], total = 0): Record<Stage, number> {
  const of = (name: string): number => timings[name] ?? 0;
  return {
    context: of("context"),
    queue: of("queue") + of("connect"),
    first_token: of("first_token"),
    decode: of("decode"),
    apply: of("apply"),
    editor: Math.max(0, total - of("total")),
  };
}

/** The value that a share of all stays at or below; undefined for none. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export function milliseconds(value: number): string {
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(value < 10_000 ? 2 : 1)} s`;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function many(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}
