// Run by the extension host: every test in turn, each told on a line of its own.

import "./life.ts";
import "./patches.ts";
import { clean, inside, tests } from "./check.ts";

export async function run(): Promise<void> {
  let failed = 0;
  for (const { name, run } of tests) {
    let error = "";
    try {
      await run();
    } catch (thrown) {
      error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      failed++;
    }
    // biome-ignore lint/suspicious/noConsole: the runner outside reads it
    console.log(`darner-test ${JSON.stringify({ name, error })}`);
    await clean(await inside());
  }
  if (failed > 0) {
    throw new Error(`${failed} tests failed`);
  }
}
