// The tree of files with hunks that wait to be kept or undone.

import * as vscode from "vscode";
import { type Hunk, type Hunks, lastLine, rangeOf } from "./hunks.ts";
import { many } from "./format.ts";
import { Throttle } from "./throttle.ts";

interface FileRow {
  readonly uri: string;
}

type Row = FileRow | Hunk;

export class ChangedFiles implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Row>;
  private readonly listening: vscode.Disposable;
  private readonly hunks: Hunks;

  constructor(hunks: Hunks) {
    this.hunks = hunks;
    this.view = vscode.window.createTreeView("darner.changedFiles", { treeDataProvider: this, showCollapseAll: true });
    const throttle = new Throttle(500, () => this.refresh());
    this.listening = hunks.onDidChange(() => throttle.ask());
  }

  getChildren(row?: Row): Row[] {
    if (row === undefined) {
      return this.hunks.uris().map((uri) => ({ uri }));
    }
    return isHunk(row) ? [] : [...this.hunks.of(row.uri)];
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const uri = vscode.Uri.parse(row.uri);
    if (!isHunk(row)) {
      const item = new vscode.TreeItem(uri, vscode.TreeItemCollapsibleState.Collapsed);
      const hunks = this.hunks.of(row.uri);
      item.id = row.uri;
      item.description = hunks.some((each) => each.created) ? "new file" : many(hunks.length, "hunk");
      item.contextValue = "file";
      item.command = { title: "Open", command: "vscode.open", arguments: [uri] };
      return item;
    }
    const [first, last] = [row.span.start.line + 1, lastLine(row.span) + 1];
    const item = new vscode.TreeItem(first === last ? `line ${first}` : `lines ${first}–${last}`);
    item.id = `${row.uri}#${row.id}`;
    item.contextValue = "hunk";
    item.command = { title: "Open", command: "vscode.open", arguments: [uri, { selection: rangeOf(row.span) }] };
    return item;
  }

  dispose(): void {
    vscode.Disposable.from(this.view, this.listening, this.changed).dispose();
  }

  private refresh(): void {
    const files = this.hunks.uris().length;
    if (files !== (this.view.badge?.value ?? 0)) {
      this.view.badge = files > 0 ? { value: files, tooltip: `${many(files, "file")} to look at` } : undefined;
    }
    this.changed.fire();
  }
}

function isHunk(row: Row): row is Hunk {
  return "span" in row;
}
