// Writes models/ from the folders of `lenet reproduce`: the models that are named, or all whose runs are complete.
// Run: npm run ship [-- NAME…]
import { existsSync } from "node:fs";
import { join } from "node:path";
import { LenetError } from "../dist/src/errors.js";
import { runOf, ship } from "../dist/src/lab/claims/ship.js";
import { shippedClaims } from "../dist/src/lab/model/shipped.js";

const named = process.argv.slice(2);
const complete = (name) => existsSync(join(runOf(name), "metrics.json"));
try {
  for (const name of named.length > 0 ? named : Object.keys(shippedClaims)) {
    if (named.length > 0 || complete(name)) process.stdout.write(`${ship(name)}\n`);
    else process.stderr.write(`${name}: left out, no complete run in ${runOf(name)}\n`);
  }
} catch (thrown) {
  if (!(thrown instanceof LenetError)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = thrown.exitCode;
}
