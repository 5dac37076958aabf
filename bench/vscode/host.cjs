// What is measured inside the extension host; the lines it says are read by ../vscode.mjs.

const vscode = require("vscode");

const say = (what, value = {}) => console.log(`darner-bench ${JSON.stringify({ what, ...value })}`);
const now = () => performance.timeOrigin + performance.now();
const until = async (look) => {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited for ${look}`);
};

/** Notes when each message leaves for the server, by its method. */
function watch(client) {
  const written = [];
  const stdin = client._serverProcess.stdin;
  const write = stdin.write.bind(stdin);
  stdin.write = (chunk, ...rest) => {
    const at = now();
    const method = /"method":"([^"]+)"/.exec(chunk.toString().slice(0, 4000))?.[1];
    if (method) written.push({ at, method });
    return write(chunk, ...rest);
  };
  return written;
}

async function open(name) {
  const root = vscode.workspace.workspaceFolders[0].uri;
  return await vscode.window.showTextDocument(vscode.Uri.joinPath(root, name), { preview: false });
}

exports.run = async () => {
  const darner = await vscode.extensions.getExtension("darner.darner").activate();
  await until(() => darner.server.client);
  say("activated", { activation: darner.activation });
  const client = darner.server.client;
  const written = watch(client);

  // typing: from the keystroke in the browser, and from the editor's call of our provider, to the server's stdin
  const asked = [];
  const changed = [];
  client.clientOptions.middleware.provideInlineCompletionItems = (document, position, context, token, next) => {
    asked.push(now());
    return next(document, position, context, token);
  };
  const listening = vscode.workspace.onDidChangeTextDocument((event) => event.contentChanges.length && changed.push(now()));
  const typed = await open("typed.py");
  await until(() => typed.document.getText().length > 0);
  typed.selection = new vscode.Selection(typed.document.lineCount, 0, typed.document.lineCount, 0);
  say("type");
  await until(() => changed.length >= 40);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  say("typed", { changed, asked, written: written.splice(0) });
  listening.dispose();

  // a patch: from the command to the request, then 40 hunks
  await vscode.commands.executeCommand("workbench.action.files.revert");
  await open("functions.py");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  for (const round of [1, 2, 3]) {
    const updates = darner.painting.updates;
    say("patch", { round });
    const began = now();
    const outcome = await vscode.commands.executeCommand("darner.editFile", "Annotate everything");
    const ended = now();
    const request = written.find((each) => each.method === "darner/patch");
    await new Promise((resolve) => setTimeout(resolve, 300)); // what is still to be drawn
    say("patched", {
      round,
      state: outcome.state,
      said: outcome.said,
      hunks: outcome.hunks,
      refused: outcome.refused.length,
      tokens: outcome.done?.usage.completion_tokens ?? 0,
      timings: outcome.done?.timings_ms,
      milliseconds: ended - began,
      toStdin: request.at - began,
      paints: darner.painting.updates - updates,
    });
    written.length = 0;
    await vscode.commands.executeCommand("darner.undoPatch");
    await new Promise((resolve) => setTimeout(resolve, 700));
  }

  // the same changes put in by nobody: what the editor's frames are here without darner
  const plain = await open("functions.py");
  for (const round of [1, 2, 3]) {
    say("plain", { round });
    for (let first = 0; first < 40; first += 3) {
      await plain.edit((builder) => {
        for (let n = first; n < Math.min(first + 3, 40); n++) {
          const line = plain.document.getText().split("\n").indexOf(`    count_${n} = 1`);
          builder.replace(new vscode.Range(line, 0, line + 1, 0), `    count_${n} = len(order)\n`);
        }
      });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    say("plained", { round });
    await vscode.commands.executeCommand("workbench.action.files.revert");
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
};
