// The part of a patch that is not on the screen: other files, and files made, renamed or deleted. It is put in at the
// end, as one edit; where the server asks for confirmation the editor shows it for that first.

import * as vscode from "vscode";
import { type Applying, type Ready, waiting } from "./editApplication.ts";
import type { Refusal, TextEdit } from "./protocol.ts";
import { type Hunks, rangeOf } from "./hunks.ts";

interface FileEdits {
  readonly textDocument: { readonly uri: string; readonly version: number | null };
  readonly edits: readonly (TextEdit & { readonly annotationId?: string })[];
}

type Operation =
  | { readonly kind: "create" | "delete"; readonly uri: string; readonly annotationId?: string }
  | { readonly kind: "rename"; readonly oldUri: string; readonly newUri: string; readonly annotationId?: string };

export type DocumentChange = FileEdits | Operation;

interface Annotation {
  readonly label: string;
  readonly needsConfirmation?: boolean;
  readonly description?: string;
}

export interface PatchAnswer {
  readonly edit: {
    readonly documentChanges?: readonly DocumentChange[];
    readonly changeAnnotations?: Readonly<Record<string, Annotation>>;
  };
  readonly refused: readonly Refusal[];
}

export const NOT_CONFIRMED = "you did not confirm it";

type Annotations = Readonly<Record<string, Annotation>>;

/** Puts the changes in; returns the files that were left out in the preview. */
export async function putRest(
  changes: readonly DocumentChange[],
  annotations: Annotations,
  hunks: Hunks,
  follow: (document: vscode.TextDocument) => Applying,
): Promise<string[]> {
  if (changes.length === 0) {
    return [];
  }
  const edit = new vscode.WorkspaceEdit();
  const made = new Map<string, string>();
  for (const change of changes) {
    if ("kind" in change && change.kind === "create") {
      made.set(change.uri, "");
    }
  }
  const put: [Applying, Ready[], number][] = [];
  for (const change of changes) {
    if (!("textDocument" in change)) {
      continue;
    }
    const { uri, version } = change.textDocument;
    if (made.has(uri)) {
      made.set(uri, change.edits.map((each) => each.newText).join(""));
      continue;
    }
    const file = follow(await vscode.workspace.openTextDocument(vscode.Uri.parse(uri)));
    const annotated = change.edits.find((each) => each.annotationId !== undefined)?.annotationId;
    const ready = file.prepare(waiting(change.edits, version, annotated === undefined ? [] : ["bridged"]));
    for (const { change: one } of ready) {
      edit.replace(file.document.uri, rangeOf(one.span), one.text, metadata(annotations, annotated));
    }
    put.push([file, ready, file.document.version]);
  }
  for (const change of changes) {
    if ("kind" in change) {
      enterOperation(edit, change, annotations, made);
    }
  }
  // `edit.size` counts text only
  if (edit.size === 0 && !changes.some((each) => "kind" in each)) {
    return [];
  }
  // a refactoring would be saved at once, before anybody has kept it
  if (!(await vscode.workspace.applyEdit(edit))) {
    return changes.map(uriOf);
  }
  for (const [file, ready, version] of put) {
    file.enter(ready, version);
  }
  for (const uri of made.keys()) {
    await addMade(vscode.Uri.parse(uri), hunks);
  }
  const left: string[] = [];
  for (const change of changes) {
    if ("kind" in change && !(await cameTrue(change))) {
      left.push(uriOf(change));
    }
  }
  return left;
}

function uriOf(change: DocumentChange): string {
  return "textDocument" in change ? change.textDocument.uri : change.kind === "rename" ? change.oldUri : change.uri;
}

/** The editor reports "applied" also for what was unticked or discarded: only the disk shows it. */
async function cameTrue(change: Operation): Promise<boolean> {
  const uri = vscode.Uri.parse(change.kind === "rename" ? change.newUri : change.uri);
  try {
    await vscode.workspace.fs.stat(uri);
    return change.kind !== "delete";
  } catch {
    return change.kind === "delete";
  }
}

function enterOperation(
  edit: vscode.WorkspaceEdit,
  change: Operation,
  annotations: Annotations,
  made: ReadonlyMap<string, string>,
): void {
  const about = metadata(annotations, change.annotationId);
  switch (change.kind) {
    case "create":
      edit.createFile(
        vscode.Uri.parse(change.uri),
        { contents: new TextEncoder().encode(made.get(change.uri) ?? "") },
        about,
      );
      break;
    case "rename":
      edit.renameFile(vscode.Uri.parse(change.oldUri), vscode.Uri.parse(change.newUri), {}, about);
      break;
    case "delete":
      edit.deleteFile(vscode.Uri.parse(change.uri), { ignoreIfNotExists: true }, about);
      break;
  }
}

function metadata(annotations: Annotations, name: string | undefined): vscode.WorkspaceEditEntryMetadata | undefined {
  const found = name === undefined ? undefined : annotations[name];
  return (
    found && {
      label: found.label,
      needsConfirmation: found.needsConfirmation ?? false,
      description: found.description ?? "",
    }
  );
}

async function addMade(uri: vscode.Uri, hunks: Hunks): Promise<void> {
  try {
    const document = await vscode.workspace.openTextDocument(uri);
    const end = document.lineAt(document.lineCount - 1).range.end;
    hunks.add({
      uri: uri.toString(),
      span: { start: new vscode.Position(0, 0), end },
      before: "",
      bridged: "",
      created: true,
    });
  } catch {
    // left out in the preview
  }
}
