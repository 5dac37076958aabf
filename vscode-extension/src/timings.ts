// The last requests: what was sent and how the time was spent. Kept on this machine; nothing of it is sent anywhere.

import type { ContextEvent, DoneEvent, RouteEvent } from "./protocol.ts";

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
