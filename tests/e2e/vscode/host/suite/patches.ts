// Patches in buffers: streamed, kept, undone, cancelled.

import * as vscode from "vscode";
import type { Outcome } from "../../../../../vscode-extension/src/patching.ts";
import { equal, open, running, test, until } from "./check.ts";
import { CODE } from "./scene.ts";

async function edit(command: string, instruction: string): Promise<Outcome> {
  const outcome = await vscode.commands.executeCommand<Outcome>(command, instruction);
  equal([outcome.state, outcome.said, outcome.refused], ["done", "", []]);
  return outcome;
}

const DONE = CODE.replace("1", "11").replace("2", "22");

test("hunks go into the buffer and one undo takes them all back", async () => {
  const darner = await running();
  const { document } = await open("a.py");
  await edit("darner.editFile", "both please");
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
