// Patches in buffers: streamed, kept, undone, cancelled, refused.

import * as vscode from "vscode";
import type { Outcome } from "../../../../../vscode-extension/src/patchRequest.ts";
import { equal, open, running, test, until } from "./check.ts";
import { CODE } from "./scene.ts";

const DONE = CODE.replace("1", "11").replace("2", "22");
const FIRST = CODE.replace("1", "11");

async function edit(command: string, instruction: string): Promise<Outcome> {
  const outcome = await vscode.commands.executeCommand<Outcome>(command, instruction);
  equal([outcome.state, outcome.said], ["done", ""]);
  return outcome;
}

async function stored(document: vscode.TextDocument): Promise<string> {
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(document.uri));
}

/** The rest of a reply comes that the endpoint holds back. */
async function resume(): Promise<void> {
  const endpoints = vscode.workspace.getConfiguration("darner").get<{ base_url: string }[]>("endpoints") ?? [];
  await fetch(new URL("/_continue", endpoints[0]?.base_url));
}

async function type(editor: vscode.TextEditor, line: number, character: number, text: string): Promise<void> {
  await editor.edit((builder) => builder.insert(new vscode.Position(line, character), text));
}

test("hunks go into the buffer, and one undo takes them all back", async () => {
  const darner = await running();
  const { document } = await open("a.py");
  const outcome = await edit("darner.editFile", "both please");
  equal([outcome.hunks, outcome.refused], [2, []]);
  equal(document.getText(), DONE);
  equal(
    darner.hunks.all().map((each) => [each.span.start.line, each.before]),
    [
      [1, "    return 1\n"],
      [5, "    return 2\n"],
    ],
  );
  await vscode.commands.executeCommand("undo");
  equal(document.getText(), CODE);
  await until("no hunks are left", () => darner.hunks.all().length === 0);
});

test("the function at the cursor is edited, and what was sent is remembered", async () => {
  const darner = await running();
  const editor = await open("a.py");
  editor.selection = new vscode.Selection(1, 4, 1, 4);
  const outcome = await edit("darner.editHere", "both please");
  equal(outcome.context?.event, "context");
  equal(outcome.route?.endpoint, "fast");
  const latest = darner.views.timings[0];
  equal([latest?.instruction, latest?.endpoint, latest?.outcome], ["both please", "fast", "done"]);
});

test("keep one hunk and undo the other, by keys and by lenses", async () => {
  const darner = await running();
  const editor = await open("a.py");
  await edit("darner.editFile", "both please");
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    editor.document.uri,
  );
  equal(
    lenses.map((each) => [each.range.start.line, each.command?.title.replace(/\$\([^)]*\) /, "")]),
    [
      [1, "Keep"],
      [1, "Undo"],
      [1, "Keep all 2"],
      [1, "Undo all"],
      [5, "Keep"],
      [5, "Undo"],
    ],
  );
  await vscode.commands.executeCommand("darner.nextHunk");
  equal(editor.selection.active.line, 1);
  await vscode.commands.executeCommand("darner.keepHunk");
  equal(darner.hunks.all().length, 1);
  await until("the next hunk has the cursor", () => editor.selection.active.line === 5);
  await vscode.commands.executeCommand("darner.undoHunk");
  equal([editor.document.getText(), darner.hunks.all().length], [FIRST, 0]);
});

test("an unsaved buffer with CRLF and emoji", async () => {
  await running();
  const editor = await open("crlf.py");
  await type(editor, 0, 0, "# unsaved 😀\n");
  await edit("darner.editFile", "smile please");
  equal(editor.document.getText(), "# unsaved 😀\r\ndef smile():\r\n    return '😀😀', 2\r\n    # done\r\n");
  await vscode.commands.executeCommand("darner.undoFile");
  equal(editor.document.getText(), "# unsaved 😀\r\ndef smile():\r\n    return '😀', 1\r\n");
});

test("typing elsewhere moves the hunks that are still to come", async () => {
  const darner = await running();
  const editor = await open("a.py");
  const patch = edit("darner.editFile", "slowly please");
  await until("the first hunk", () => darner.hunks.all().length === 1);
  await type(editor, 0, 0, "# typed 😀\n");
  await resume();
  const outcome = await patch;
  equal([editor.document.getText(), outcome.refused], [`# typed 😀\n${DONE}`, []]);
});

test("a hunk whose lines were changed meanwhile is refused alone", async () => {
  const darner = await running();
  const editor = await open("a.py");
  const patch = edit("darner.editFile", "slowly please");
  await until("the first hunk", () => darner.hunks.all().length === 1);
  await type(editor, 5, 11, "3");
  await resume();
  const outcome = await patch;
  equal(editor.document.getText(), FIRST.replace("return 2", "return 32"));
  equal(
    outcome.refused.map((refused) => refused.range?.start.line),
    [5],
  );
});

test("cancelled half way, the finished hunks stay to be kept or undone", async () => {
  const darner = await running();
  const { document } = await open("a.py");
  const patch = vscode.commands.executeCommand<Outcome>("darner.editFile", "slowly please");
  await until("the first hunk", () => darner.hunks.all().length === 1);
  await vscode.commands.executeCommand("darner.cancel");
  const outcome = await patch;
  equal([outcome.state, outcome.said], ["cancelled", ""]);
  equal(document.getText(), FIRST);
  await vscode.commands.executeCommand("darner.undoPatch");
  equal(document.getText(), CODE);
});

test("several files at once, undone at once", async () => {
  const darner = await running();
  const { document } = await open("a.py");
  await edit("darner.editWorkspace", "everywhere please");
  const other = await until("b.py is open", () =>
    vscode.workspace.textDocuments.find((each) => each.uri.path.endsWith("/b.py")),
  );
  equal([document.getText(), other.getText()], [FIRST, DONE]);
  equal([document.isDirty, other.isDirty, await stored(document), await stored(other)], [true, true, CODE, CODE]);
  equal(
    darner.hunks.uris().map((each) => each.slice(each.lastIndexOf("/") + 1)),
    ["a.py", "b.py"],
  );
  await vscode.commands.executeCommand("darner.undoPatch");
  equal([document.getText(), other.getText(), darner.hunks.all().length], [CODE, CODE, 0]);
});

/** The files of a patch that its preview leaves out, with the reasons; it is discarded, or applied as it is. */
async function refusedInPreview(instruction: string, answer: "discard" | "apply"): Promise<(string | undefined)[][]> {
  let over = false;
  const patch = edit("darner.editWorkspace", instruction).finally(() => {
    over = true;
  });
  await until(`the preview is closed by "${answer}"`, async () => {
    await vscode.commands.executeCommand(`refactorPreview.${answer}`).then(undefined, () => undefined);
    return over;
  });
  const { refused } = await patch;
  return refused.map((each) => [each.uri.slice(each.uri.lastIndexOf("/") + 1), each.reason]);
}

test("a file that is to be made is shown first, and not made when that is discarded", async () => {
  const darner = await running();
  await open("a.py");
  equal(await refusedInPreview("new file please", "discard"), [["new.py", "you did not confirm it"]]);
  equal([darner.hunks.all(), await vscode.workspace.findFiles("new.py")], [[], []]);
});

test("a move that is not ticked in the preview is not made, and told", async () => {
  await running();
  await open("a.py");
  equal(await refusedInPreview("move please", "apply"), [["old.py", "you did not confirm it"]]);
  equal([(await vscode.workspace.findFiles("old.py")).length, await vscode.workspace.findFiles("moved.py")], [1, []]);
});

test("what runs by itself is changed only when it is confirmed", async () => {
  await running();
  await open("a.py");
  equal(await refusedInPreview("hook please", "discard"), [["conftest.py", "you did not confirm it"]]);
  const hook = (await vscode.workspace.findFiles("conftest.py")).at(0);
  equal(hook && (await vscode.workspace.openTextDocument(hook)).getText(), "y = 1\n");
});

test("a code action does what a comment asks, and the comment goes", async () => {
  const darner = await running();
  const { document } = await open("c.py");
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    "vscode.executeCodeActionProvider",
    document.uri,
    new vscode.Range(1, 8, 1, 8),
    undefined,
    10,
  );
  const action = actions.find((each) => each.title === "darner: the right number please");
  equal(action?.command?.command, "darner.patch");
  await vscode.commands.executeCommand("darner.patch", ...(action?.command?.arguments ?? []));
  equal(document.getText(), "def three():\n    return 3\n");
  await vscode.commands.executeCommand("darner.undoFile");
  equal(
    [document.getText(), darner.hunks.all().length],
    ["def three():\n    # darner: the right number please\n    return 0\n", 0],
  );
});

test("what has no certain place is refused and said, the rest goes in", async () => {
  await running();
  const { document } = await open("a.py");
  const outcome = await vscode.commands.executeCommand<Outcome>("darner.editFile", "impossible please");
  equal([outcome.state, document.getText()], ["done", FIRST]);
  equal(outcome.refused[0]?.reason.startsWith("the search text is not in the file"), true);
});

test("the text before is there to compare with", async () => {
  await running();
  const { document } = await open("a.py");
  await edit("darner.editFile", "both please");
  await vscode.commands.executeCommand("darner.compare");
  const before = await until("the diff editor", () =>
    vscode.workspace.textDocuments.find((each) => each.uri.scheme === "darner-before"),
  );
  equal([before.getText(), document.getText()], [CODE, DONE]);
});
