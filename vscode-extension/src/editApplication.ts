// Brings the edits of a patch into one open document, and makes hunks of them.

import * as vscode from "vscode";
import { Following } from "./editTransform.ts";
import type { TextEdit } from "./protocol.ts";
import { type Hunk, type Hunks, type NewHunk, rangeOf, textOf } from "./hunks.ts";
import { type Change, compare, endOf, movePoint, type Span } from "./positions.ts";

const MOST_TRIES = 20;
const PACE = 80; // milliseconds: after each edit the editor draws, tokenizes and asks everybody again
export const CHANGED = "you changed these lines while the patch was running";

export interface Waiting {
  readonly edit: TextEdit;
  readonly version: number | null;
  readonly bridged: string;
}

export function waiting(edits: readonly TextEdit[], version: number | null, bridges: readonly string[]): Waiting[] {
  const bridged = bridges.filter((each) => each !== "already-applied" && each !== "unchanged").join(", ");
  return edits.map((edit) => ({ edit, version, bridged }));
}

/** An edit that is ready to be put in: `change` in the document as it is, and the hunk that it makes. */
export interface Ready {
  readonly change: Change;
  readonly before: string;
  readonly bridged: string;
  readonly replaces: readonly Hunk[];
}

export class Applying implements vscode.Disposable {
  private readonly following: Following;
  private waiting: Waiting[] = [];
  private working: Promise<void> | undefined;
  private begun = false;
  private ending = false;
  private wake: (() => void) | undefined;
  private readonly hunks: Hunks;
  private readonly refuse: (reason: string) => void;

  constructor(document: vscode.TextDocument, hunks: Hunks, refuse: (reason: string) => void) {
    this.following = new Following(document);
    this.hunks = hunks;
    this.refuse = refuse;
  }

  get document(): vscode.TextDocument {
    return this.following.document;
  }

  /** Put edits in that were made for a version: the first at once, those that arrive soon after it together. */
  push(edits: readonly TextEdit[], version: number | null, bridges: readonly string[]): void {
    this.waiting.push(...waiting(edits, version, bridges));
    this.working ??= this.work();
  }

  /** Put everything in that is still to go in. */
  async settled(): Promise<void> {
    this.ending = true;
    this.wake?.();
    await this.working;
  }

  dispose(): void {
    this.following.dispose();
  }

  private async work(): Promise<void> {
    let tries = 0;
    while (this.waiting.length > 0) {
      const taken = this.waiting;
      this.waiting = [];
      const ready = this.prepare(taken);
      if (ready.length === 0 || (await this.hunks.together(() => this.put(ready)))) {
        tries = 0;
      } else if (++tries < MOST_TRIES) {
        this.waiting = [...taken, ...this.waiting]; // the document has changed since: look where they belong now
      } else {
        this.refuse("the editor rejected the edit");
      }
      await this.pause();
    }
    this.working = undefined;
  }

  private async pause(): Promise<void> {
    if (!this.ending) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PACE);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The edits to put in now, in order; those that cannot be are rejected. */
  prepare(taken: readonly Waiting[]): Ready[] {
    let ready: Ready[] = [];
    for (const each of taken) {
      const span = this.following.locate(each.edit.range, each.version);
      if (span === undefined) {
        this.refuse(CHANGED);
        continue;
      }
      const next = this.readyAt(span, each);
      if (next !== undefined) {
        // a later edit that covers an earlier one holds its text too
        ready = [...ready.filter((other) => !touches(other.change.span, span)), next];
      }
    }
    return ready.sort((a, b) => compare(a.change.span.start, b.change.span.start));
  }

  private readyAt(span: Span, waiting: Waiting): Ready | undefined {
    const document = this.document;
    const eol = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
    const text = waiting.edit.newText.replace(/\r\n|\r|\n/g, eol);
    const present = textOf(document, span);
    if (present === text) {
      return undefined;
    }
    const replaces = this.hunks.of(document.uri.toString()).filter((each) => inside(each.span, span));
    if (replaces.length > 0) {
      const before = withUndone(document, span, replaces);
      const bridged = [waiting.bridged, ...replaces.map((each) => each.bridged)].filter(Boolean).join(", ");
      return { change: { span, text }, before, bridged, replaces };
    }
    const trimmed = trim(span, present, text, eol);
    return { ...trimmed, bridged: waiting.bridged, replaces };
  }

  private async put(ready: readonly Ready[]): Promise<boolean> {
    const { document } = this;
    const changes = ready.map((each) => each.change);
    const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
    const version = document.version;
    const done = await this.following.own(changes, () => {
      if (editor === undefined) {
        const edit = new vscode.WorkspaceEdit();
        edit.set(
          document.uri,
          changes.map((each) => vscode.TextEdit.replace(rangeOf(each.span), each.text)),
        );
        return vscode.workspace.applyEdit(edit);
      }
      // One undo takes the whole patch back, but not what was typed in between.
      const undoStopBefore = !this.begun || this.following.foreign;
      return editor.edit(
        (builder) => {
          for (const each of changes) {
            builder.replace(rangeOf(each.span), each.text);
          }
        },
        { undoStopBefore, undoStopAfter: false },
      );
    });
    if (!done) {
      return false;
    }
    this.begun = true;
    this.enter(ready, version);
    return true;
  }

  /** Make hunks of what has been put into a version of the document; what is not there after all makes none. */
  enter(ready: readonly Ready[], version: number): void {
    const { document } = this;
    this.hunks.drop(ready.flatMap((each) => each.replaces));
    for (const [hunk, text] of newHunks(document.uri.toString(), ready)) {
      const span = document.version === version + 1 ? hunk.span : this.following.locate(hunk.span, version + 1);
      if (span !== undefined && textOf(document, span) === text) {
        this.hunks.add({ ...hunk, span });
      }
    }
  }
}

/** A replaced stretch of text as it was before the hunks in it. */
export function withUndone(document: vscode.TextDocument, span: Span, hunks: readonly Hunk[]): string {
  let text = "";
  let at = span.start;
  for (const hunk of hunks) {
    text += textOf(document, { start: at, end: hunk.span.start }) + hunk.before;
    at = hunk.span.end;
  }
  return text + textOf(document, { start: at, end: span.end });
}

/** Without the whole lines at both ends that stay as they are. */
function trim(span: Span, before: string, after: string, eol: string): { change: Change; before: string } {
  const old = before.split(eol);
  const now = after.split(eol);
  const most = Math.min(old.length, now.length) - 1; // the last one is no whole line
  let head = 0;
  while (head < most && old[head] === now[head]) {
    head++;
  }
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === now.at(-1 - tail)) {
    tail++;
  }
  const start = head > 0 ? { line: span.start.line + head, character: 0 } : span.start;
  const cut = (lines: readonly string[]): string => {
    const middle = lines.slice(head, lines.length - tail);
    return tail > 0 ? middle.map((line) => line + eol).join("") : middle.join(eol);
  };
  const removed = cut(old);
  return { change: { span: { start, end: endOf(start, removed) }, text: cut(now) }, before: removed };
}

/** The hunks after all changes, which are in order and apart; each with its text. */
function newHunks(uri: string, ready: readonly Ready[]): [NewHunk, string][] {
  return ready.map(({ change, before, bridged }, number) => {
    let start = change.span.start;
    for (const earlier of ready.slice(0, number).reverse()) {
      start = movePoint(start, earlier.change, "end");
    }
    const span = { start, end: endOf(start, change.text) };
    return [{ uri, span, before, bridged, created: false }, change.text];
  });
}

function inside(inner: Span, outer: Span): boolean {
  return compare(outer.start, inner.start) <= 0 && compare(inner.end, outer.end) <= 0;
}

function touches(a: Span, b: Span): boolean {
  return compare(a.start, b.end) <= 0 && compare(b.start, a.end) <= 0;
}
