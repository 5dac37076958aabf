import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = process.env["DARNER_ROOT"] ?? ".";

/** The names in a zip file, from its central directory. */
function names(zip: Buffer): string[] {
  const found: string[] = [];
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
  for (let at = zip.readUInt32LE(end + 16); zip.readUInt32LE(at) === 0x02014b50; ) {
    const [name, extra, comment] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)];
    found.push(zip.toString("utf8", at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return found.sort();
}

test("the package is small, and holds what is needed and nothing else", () => {
  const zip = readFileSync(join(ROOT, ".tools/vscode/build/darner.vsix"));
  assert.ok(zip.length < 500_000, `${zip.length} bytes`);
  assert.deepEqual(names(zip), [
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/LICENSE.txt",
    "extension/changelog.md",
    "extension/dist/extension.js",
    "extension/icon.png",
    "extension/package.json",
    "extension/readme.md",
    "extension/view.svg",
    "extension/walkthrough/endpoint.md",
    "extension/walkthrough/patch.md",
    "extension/walkthrough/server.md",
  ]);
});
