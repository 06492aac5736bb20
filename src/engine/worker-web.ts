// The thread of a team in a worker of a browser: its first message is what it is born with, the others are walks.
import type { Walk } from "./step.ts";
import { type Birth, bindThread } from "./thread.ts";

addEventListener(
  "message",
  ({ data }: MessageEvent<Birth>) => {
    const walk = bindThread(data);
    addEventListener("message", ({ data }: MessageEvent<Walk>) => postMessage(walk(data)));
    postMessage("ready");
  },
  { once: true },
);
