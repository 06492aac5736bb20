#!/usr/bin/env node
// The command line as a process of its own: program.ts is what it does.
import { main } from "./program.ts";

// A reader that has seen enough (lenet … | head) is no mistake.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

const code = await main(process.argv.slice(2));
if (code !== 0) process.exitCode = code;
