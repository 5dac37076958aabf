// One document while a patch works on it: where an edit that was made for an older version belongs by now.

import * as vscode from "vscode";
import { type Change, compare, movePoint, overlap, type Span, same } from "./positions.ts";

interface Step {
  readonly version: number;
  readonly change: Change;
  readonly own: boolean;
}

export class Following implements vscode.Disposable {
  private readonly steps: Step[] = [];
  private readonly listening: vscode.Disposable;
  private expected: readonly Change[] = [];
  /** Whether the last change of the document was somebody else's. */
  foreign = true;

  readonly document: vscode.TextDocument;
  private readonly since: number;

  constructor(document: vscode.TextDocument) {
    this.document = document;
    this.since = document.version;
    this.listening = vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document === document && event.contentChanges.length > 0) {
        this.enter(event);
      }
    });
  }

  /** Run an edit of ours; what it changes is known as ours. */
  async own(changes: readonly Change[], edit: () => Thenable<boolean>): Promise<boolean> {
    this.expected = changes;
    try {
      return await edit();
    } finally {
      this.expected = [];
    }
  }

  /** Where a span of a version is now; undefined if somebody else has changed it since. */
  locate(span: Span, version: number | null): Span | undefined {
    let now = span;
    for (const step of this.steps) {
      if (step.version <= (version ?? this.since)) {
        continue;
      }
      const { change, own } = step;
      if (!own && overlap(change.span, now)) {
        return undefined;
      }
      // What is ours and not yet known to the server is part of the edit wherever the two touch.
      const inside = own && compare(change.span.start, now.end) <= 0 && compare(now.start, change.span.end) <= 0;
      now = {
        start: movePoint(now.start, change, inside ? "start" : "end"),
        end: movePoint(now.end, change, inside || compare(change.span.start, now.end) < 0 ? "end" : "start"),
      };
      if (compare(now.end, now.start) < 0) {
        now = { start: now.start, end: now.start };
      }
    }
    return now;
  }

  dispose(): void {
    this.listening.dispose();
  }

  private enter(event: vscode.TextDocumentChangeEvent): void {
    const changes = event.contentChanges.map((each) => ({ span: each.range, text: each.text }));
    const own =
      changes.length === this.expected.length &&
      changes.every((change) => this.expected.some((each) => same(each.span, change.span)));
    this.foreign = !own;
    this.steps.push(...changes.map((change) => ({ version: event.document.version, change, own })));
  }
}
