import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { find, isTooOld, versionIn } from "../../../../vscode-extension/src/serverSearch.ts";

test("each place in the stated order", async () => {
  const home = await mkdtemp(join(tmpdir(), "darner-find-"));
  const places: [string, string][] = [
    ["venv/bin/darner", "the active Python environment"],
    ["first/darner", "PATH"],
    ["second/darner", "PATH"],
    [".local/bin/darner", "uv tool or pipx"],
    [".local/share/uv/tools/darner/bin/darner", "uv tool"],
    [".local/share/pipx/venvs/darner/bin/darner", "pipx"],
    [".local/pipx/venvs/darner/bin/darner", "pipx"],
  ];
  for (const [name] of places) {
    const path = join(home, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, "#!/bin/sh\n");
    await chmod(path, 0o755);
  }
  const search = {
    setting: "",
    python: join(home, "venv/bin/python"),
    environment: { PATH: `${home}/first::relative:${home}/second` },
    home,
    windows: false,
    note: () => undefined,
  };
  for (const [name, why] of places) {
    assert.deepEqual(await find(search), { path: join(home, name), why });
    await rm(join(home, name));
  }
  const said: string[] = [];
  assert.equal(await find({ ...search, note: (line) => said.push(line) }), undefined);
  assert.equal(said.length >= places.length, true);
  assert.equal(
    said.every((line) => line.startsWith("not there: ")),
    true,
  );
  await rm(home, { recursive: true });
});

test("a setting hides all other places, also when it is wrong", async () => {
  const home = await mkdtemp(join(tmpdir(), "darner-find-"));
  const real = join(home, "bin/darner");
  await mkdir(dirname(real));
  await writeFile(real, "");
  await chmod(real, 0o755);
  const search = { python: undefined, environment: { PATH: dirname(real) }, home, note: () => undefined };
  assert.deepEqual(await find({ ...search, setting: "~/bin/darner" }), { path: real, why: "the setting darner.path" });
  assert.equal(await find({ ...search, setting: "~/bin/other" }), undefined);
  await rm(home, { recursive: true });
});

test("versions", () => {
  assert.equal(versionIn("darner 0.1.0\n"), "0.1.0");
  assert.equal(versionIn("darner 1.2.3rc1"), "1.2.3rc1");
  assert.equal(versionIn("darner: command not found"), undefined);
  const cases: [string, string, boolean][] = [
    ["0.1.0", "0.1.0", false],
    ["0.0.9", "0.1.0", true],
    ["0.10.0", "0.9.1", false],
    ["1.0.0", "0.9.9", false],
    ["0.9.0rc1", "0.9.0", false],
    ["0.8.9.dev3", "0.9.0", true],
  ];
  for (const [version, lowest, expected] of cases) {
    assert.equal(isTooOld(version, lowest), expected, `${version} < ${lowest}`);
  }
});
