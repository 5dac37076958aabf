// The suite inside a real extension host: each of its tests is a test here.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { HOST_FILES, HOST_REPLIES, PAUSE } from "../host/suite/scene.ts";
import { BUILT, Workbench } from "./workbench.ts";

test("in the extension host", { timeout: 400_000 }, async (t) => {
  const bench = await Workbench.start({ files: HOST_FILES, replies: HOST_REPLIES, script: { faults: [PAUSE] } });
  try {
    const lines: string[] = [];
    const code = await new Promise<number>((resolve, reject) => {
      const remote = (path: string): string => `vscode-remote://127.0.0.1:${bench.port}${path}`;
      const payload = [
        ["extensionDevelopmentPath", remote(join(BUILT, "host"))],
        ["extensionTestsPath", remote(join(BUILT, "host/suite.js"))],
      ] as const;
      bench
        .open(payload, async (page) => {
          await page.exposeFunction("codeAutomationLog", (_kind: string, said: unknown[]) => {
            lines.push(...said.map(String).join(" ").split("\n"));
          });
          await page.exposeFunction("codeAutomationExit", (exit: number) => resolve(exit));
        })
        .catch(reject);
    });
    const told = lines.filter((each) => each.startsWith("darner-test ")).map((each) => JSON.parse(each.slice(12)));
    for (const { name, error } of told as { name: string; error: string }[]) {
      await t.test(name, () => assert.equal(error, ""));
    }
    assert.ok(told.length > 0, `no test was run:\n${lines.join("\n")}`);
    assert.equal(code, (told as { error: string }[]).some((each) => each.error !== "") ? 1 : 0);
  } finally {
    await bench.stop();
  }
});
