// The server's events while it works on a patch, and its answers: the objects of the contract.

import type { Point, Span } from "./positions.ts";

export interface PatchParams {
  readonly textDocument?: { readonly uri: string };
  readonly range?: Span;
  readonly instruction: string;
  readonly scope?: Scope;
  readonly diagnostics?: readonly string[];
  readonly remark?: number;
}

export type Scope = "range" | "file" | "workspace";

export interface TextEdit {
  readonly range: { readonly start: Point; readonly end: Point };
  readonly newText: string;
}

export interface Snippet {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly tokens: number;
  readonly reasons: readonly string[];
}

export interface ContextEvent {
  readonly event: "context";
  readonly tokens: number;
  readonly focus_tokens: number;
  readonly snippets: readonly Snippet[];
  readonly dropped: number;
  readonly left_out: readonly { readonly path: string; readonly reason: string }[];
}

export interface RouteEvent {
  readonly event: "route";
  readonly endpoint: string;
  readonly kind: string;
  readonly model: string;
  readonly reason: string;
  readonly prompt_tokens: number;
  readonly window: number;
}

export interface EditEvent {
  readonly event: "edit";
  readonly path: string;
  readonly kind: string;
  readonly bridges: readonly string[];
  readonly textDocument: { readonly uri: string; readonly version: number | null };
  readonly edits: readonly TextEdit[];
  /** Something runs or obeys the file by itself: nothing is put in before the preview was confirmed. */
  readonly confirm?: boolean;
}

export interface DoneEvent {
  readonly event: "done";
  readonly endpoint: string;
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly cached_tokens: number;
  };
  readonly timings_ms: Readonly<Record<string, number>>;
}

export type PatchEvent =
  | ContextEvent
  | RouteEvent
  | EditEvent
  | DoneEvent
  | {
      readonly event: "decoding";
      readonly endpoint: string;
      readonly tokens: number;
      readonly tokens_per_second: number;
    }
  | { readonly event: "refused"; readonly path: string | null; readonly reason: string; readonly final?: boolean }
  | { readonly event: "repair"; readonly attempt: number; readonly refused: number; readonly endpoint: string }
  | { readonly event: "stage"; readonly stage: string; readonly detail: string }
  | { readonly event: "error"; readonly message: string };

export interface Refusal {
  readonly uri: string;
  readonly reason: string;
  readonly range?: Span;
}

export interface Quota {
  readonly unit: string;
  readonly period: string;
  readonly limit: number;
  readonly remaining: number;
  readonly reset: number;
}

export interface EndpointStatus {
  readonly name: string;
  readonly kind: string;
  readonly model: string;
  readonly reachable: boolean | null;
  readonly problem: string;
  readonly window: number | null;
  readonly quota: readonly Quota[];
  readonly first_token: number | null;
  readonly decode_rate: number | null;
}

export interface ServerStatus {
  readonly endpoints: readonly EndpointStatus[];
  readonly settings: string;
  readonly local_model: string | null;
  readonly index: { readonly files: number; readonly symbols: number; readonly indexing: boolean };
}
