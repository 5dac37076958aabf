// The hunks that wait to be kept or undone, wherever typing has moved them.

import * as vscode from "vscode";
import { type Change, compare, isEmpty, moveSpan, type Point, type Span } from "./positions.ts";

export interface Hunk {
  readonly id: number;
  readonly uri: string;
  /** Where it is in the document now. */
  span: Span;
  readonly before: string;
  /** What was bridged to find its place: "" for an exact one. */
  readonly bridged: string;
  /** The whole of a file that the patch made: undoing it deletes the file. */
  readonly created: boolean;
}

export type NewHunk = Omit<Hunk, "id">;

export class Hunks implements vscode.Disposable {
  private readonly byUri = new Map<string, Hunk[]>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly listening: vscode.Disposable;
  private last = 0;
  private held = 0;
  private untold = false;

  /** A hunk has come, gone or moved. */
  readonly onDidChange = this.changed.event;

  constructor() {
    this.listening = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument((event) => this.follow(event)),
      vscode.workspace.onDidCloseTextDocument((document) => this.drop(this.of(document.uri.toString()))),
    );
  }

  add(hunk: NewHunk): void {
    this.last++;
    const hunks = [...this.of(hunk.uri), { ...hunk, id: this.last }];
    this.byUri.set(
      hunk.uri,
      hunks.sort((a, b) => compare(a.span.start, b.span.start)),
    );
    this.tell();
  }

  /** The hunks of a document, from the top. */
  of(uri: string): readonly Hunk[] {
    return this.byUri.get(uri) ?? [];
  }

  uris(): readonly string[] {
    return [...this.byUri.keys()];
  }

  all(): readonly Hunk[] {
    return [...this.byUri.values()].flat();
  }

  get(id: number): Hunk | undefined {
    return this.all().find((each) => each.id === id);
  }

  /** The hunk at a place, or the next one below it. */
  at(uri: string, place: Point): Hunk | undefined {
    const hunks = this.of(uri);
    return hunks.find((each) => lastLine(each.span) >= place.line) ?? hunks[0];
  }

  /** Work whose changes are reported as one, once it is over: each listener draws. */
  async together<T>(work: () => Promise<T>): Promise<T> {
    this.held++;
    try {
      return await work();
    } finally {
      this.held--;
      if (this.held === 0 && this.untold) {
        this.tell();
      }
    }
  }

  /** Forget hunks: their text stays as it is. */
  drop(hunks: readonly Hunk[]): void {
    if (hunks.length === 0) {
      return;
    }
    const gone = new Set(hunks.map((each) => each.id));
    for (const uri of new Set(hunks.map((each) => each.uri))) {
      const left = this.of(uri).filter((each) => !gone.has(each.id));
      if (left.length === 0) {
        this.byUri.delete(uri);
      } else {
        this.byUri.set(uri, left);
      }
    }
    this.tell();
  }

  dispose(): void {
    this.listening.dispose();
    this.changed.dispose();
  }

  private tell(): void {
    this.untold = this.held > 0;
    if (!this.untold) {
      this.changed.fire();
    }
  }

  private follow(event: vscode.TextDocumentChangeEvent): void {
    const uri = event.document.uri.toString();
    const hunks = this.of(uri);
    if (hunks.length === 0 || event.contentChanges.length === 0) {
      return;
    }
    const gone: Hunk[] = [];
    for (const hunk of hunks) {
      const wasEmpty = isEmpty(hunk.span);
      let span: Span | undefined = hunk.span;
      let putBack = false;
      for (const each of event.contentChanges) {
        const change: Change = { span: each.range, text: each.text };
        putBack ||= wasEmpty && span !== undefined && each.text === hunk.before && isAt(change, span);
        span = span && moveSpan(span, change);
      }
      if (span === undefined || putBack || (isTakingBack(event) && textOf(event.document, span) === hunk.before)) {
        gone.push(hunk); // typed over its edge, or undone in the editor
      } else {
        hunk.span = span;
      }
    }
    this.drop(gone);
    if (gone.length === 0) {
      this.tell();
    }
  }
}

/** The last line that shows something of a hunk. */
export function lastLine(span: Span): number {
  return span.end.character === 0 && span.end.line > span.start.line ? span.end.line - 1 : span.end.line;
}

export function rangeOf(span: Span): vscode.Range {
  return new vscode.Range(span.start.line, span.start.character, span.end.line, span.end.character);
}

export function textOf(document: vscode.TextDocument, span: Span): string {
  return document.getText(rangeOf(span));
}

function isAt(change: Change, span: Span): boolean {
  return isEmpty(change.span) && compare(change.span.start, span.start) === 0;
}

function isTakingBack(event: vscode.TextDocumentChangeEvent): boolean {
  return event.reason === vscode.TextDocumentChangeReason.Undo;
}
