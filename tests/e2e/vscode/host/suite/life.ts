// Activation.

import { equal, inside, running, test } from "./check.ts";

test("activates and starts the server", async () => {
  const darner = await running();
  equal(darner.troubles, []);
  equal(darner.activation < 50, true);
});
void inside;
