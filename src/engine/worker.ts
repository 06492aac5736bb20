// The thread of a team in a worker of Node (worker-web.ts in one of a browser): says when it is ready, then answers each walk with
// the position it came to.
import { parentPort, workerData } from "node:worker_threads";
import type { Walk } from "./step.ts";
import { type Birth, bindThread } from "./thread.ts";

const walk = bindThread(workerData as Birth);

parentPort!.on("message", (way: Walk) => parentPort!.postMessage(walk(way)));
parentPort!.postMessage("ready");
