// The inline diff: added lines in green, removed text struck in red at its old place.

import * as vscode from "vscode";
import { visible } from "./displayText.ts";
import { type Hunk, type Hunks, textOf } from "./hunks.ts";
import { differences, splitLines, wordDifferences } from "./linediff.ts";
import { Throttle } from "./throttle.ts";

const INTERVAL = 1000 / 30; // decorations change at most 30 times a second
const BORDER = new vscode.ThemeColor("diffEditor.insertedTextBorder"); // high contrast has borders where others have colours
const LONGEST = 160; // characters of removed text on one line; the hover shows all

export class Painting implements vscode.Disposable {
  private readonly added = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("diffEditor.insertedLineBackground"),
    borderWidth: "0 0 0 3px",
    borderStyle: "solid",
    borderColor: BORDER,
    overviewRulerColor: new vscode.ThemeColor("diffEditorOverview.insertedForeground"),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  private readonly words = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor("diffEditor.insertedTextBackground"),
    border: "1px dashed",
    borderColor: BORDER,
  });
  private readonly removed = vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    overviewRulerColor: new vscode.ThemeColor("diffEditorOverview.removedForeground"),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
  });
  private readonly busy = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("editor.rangeHighlightBackground"),
  });
  private readonly throttle = new Throttle(INTERVAL, () => this.paintAll());
  private readonly listening: vscode.Disposable;
  private readonly hunks: Hunks;
  private painted = new Set<string>();
  private readonly shown = new WeakMap<vscode.TextEditor, Set<vscode.TextEditorDecorationType>>();
  private working: { readonly uri: string; readonly range: vscode.Range } | undefined;
  /** How often decorations were set. */
  updates = 0;

  constructor(hunks: Hunks) {
    this.hunks = hunks;
    this.listening = vscode.Disposable.from(
      hunks.onDidChange(() => this.throttle.ask()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.throttle.ask()),
    );
  }

  /** Show, until the first hunk, which lines are being worked on. */
  mark(uri?: string, range?: vscode.Range): void {
    this.working = uri !== undefined && range !== undefined ? { uri, range } : undefined;
    this.throttle.ask();
  }

  dispose(): void {
    vscode.Disposable.from(this.listening, this.added, this.words, this.removed, this.busy).dispose();
  }

  private paintAll(): void {
    this.updates++;
    const painted = new Set<string>();
    for (const editor of vscode.window.visibleTextEditors) {
      const uri = editor.document.uri.toString();
      const hunks = this.hunks.of(uri);
      const marked = this.working?.uri === uri;
      if (hunks.length > 0 || marked) {
        painted.add(uri);
      }
      if (hunks.length > 0 || marked || this.painted.has(uri)) {
        const paint = paintOf(editor.document, hunks);
        const busy = marked && this.working && hunks.length === 0 ? [this.working.range] : [];
        this.set(editor, this.added, paint.added);
        this.set(editor, this.words, paint.words);
        this.set(editor, this.removed, paint.removed);
        this.set(editor, this.busy, busy);
      }
    }
    this.painted = painted;
  }

  /** What was empty and stays so costs nothing. */
  private set(
    editor: vscode.TextEditor,
    type: vscode.TextEditorDecorationType,
    ranges: vscode.Range[] | vscode.DecorationOptions[],
  ): void {
    const shown = this.shown.get(editor) ?? new Set();
    this.shown.set(editor, shown);
    if (ranges.length > 0 || shown.has(type)) {
      editor.setDecorations(type, ranges);
    }
    if (ranges.length > 0) {
      shown.add(type);
    } else {
      shown.delete(type);
    }
  }
}

interface Paint {
  readonly added: vscode.Range[];
  readonly words: vscode.Range[];
  readonly removed: vscode.DecorationOptions[];
}

function paintOf(document: vscode.TextDocument, hunks: readonly Hunk[]): Paint {
  const paint: Paint = { added: [], words: [], removed: [] };
  for (const hunk of hunks) {
    paintHunk(document, hunk, paint);
  }
  return paint;
}

function paintHunk(document: vscode.TextDocument, hunk: Hunk, paint: Paint): void {
  const { start, end } = hunk.span;
  // whole lines on both sides, so that an edit inside a line is shown as a changed line
  const first = document.lineAt(start.line).text.slice(0, start.character);
  const rest = end.character > 0 ? document.lineAt(end.line).text.slice(end.character) : "";
  const now = first + textOf(document, hunk.span) + rest;
  const before = first + hunk.before + rest;
  const lines = splitLines(now);
  for (const each of differences(before, now)) {
    if (each.added === 0) {
      paint.removed.push(removedLines(document, start.line + each.first, each.removed));
      continue;
    }
    const last = Math.min(start.line + each.first + each.added, document.lineCount) - 1;
    paint.added.push(new vscode.Range(start.line + each.first, 0, last, 0));
    for (let n = 0; n < Math.min(each.added, each.removed.length); n++) {
      const line = start.line + each.first + n;
      const left = n === each.added - 1 ? each.removed.slice(n) : each.removed.slice(n, n + 1);
      const words = left.length === 1 ? wordDifferences(left[0] ?? "", lines[each.first + n] ?? "") : undefined;
      if (words === undefined) {
        paint.removed.push(atEnd(document, line, left));
        continue;
      }
      for (const word of words) {
        const place = new vscode.Range(line, word.start, line, word.end);
        if (word.end > word.start) {
          paint.words.push(place);
        }
        if (word.removed !== "") {
          paint.removed.push({ range: place, renderOptions: { before: struck(word.removed, "0") } });
        }
      }
    }
  }
}

/** Removed lines without new ones in their place: shown at the end of the line above. */
function removedLines(
  document: vscode.TextDocument,
  line: number,
  removed: readonly string[],
): vscode.DecorationOptions {
  if (line > 0) {
    return atEnd(document, line - 1, removed);
  }
  const text = removed.map((each) => each.trim()).join(" ⏎ ");
  return {
    range: new vscode.Range(0, 0, 0, 0),
    hoverMessage: hover(removed),
    renderOptions: { before: struck(text, "0 2ch 0 0") },
  };
}

function atEnd(document: vscode.TextDocument, line: number, removed: readonly string[]): vscode.DecorationOptions {
  const end = document.lineAt(Math.min(line, document.lineCount - 1)).range.end;
  const text = removed.map((each) => each.trim()).join(" ⏎ ");
  return {
    range: new vscode.Range(end, end),
    hoverMessage: hover(removed),
    renderOptions: { after: struck(text === "" ? "empty line" : text, "0 0 0 3ch") },
  };
}

function struck(text: string, margin: string): vscode.ThemableDecorationAttachmentRenderOptions {
  const shown = visible(text);
  const short = shown.length > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown;
  return {
    contentText: short.replaceAll(" ", "\u00a0"),
    color: new vscode.ThemeColor("editorError.foreground"),
    backgroundColor: new vscode.ThemeColor("diffEditor.removedTextBackground"),
    textDecoration: "line-through",
    margin,
  };
}

function hover(removed: readonly string[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString("Removed:\n");
  return text.appendCodeblock(removed.map((each) => `-${visible(each)}`).join("\n"), "diff");
}
