// lenet sweep agent: lends this machine to sweeps on a queue; lenet sweep queue: says how the queue is, pauses or clears it.
import { availableParallelism, hostname } from "node:os";
import { Command } from "commander";
import { LenetError } from "../src/errors.ts";
import { commit, lenetVersion } from "../src/lab/run/provenance.ts";
import { oneOf } from "../src/lab/settings/rules.ts";
import { type AgentEvent, runAgent } from "../src/lab/sweep/queue/agent.ts";
import { type Code, codeText, controlQueue, type QueueStatus, queueActions } from "../src/lab/sweep/queue/queue.ts";
import { connect } from "../src/lab/sweep/queue/redis.ts";
import { INTERRUPTED, interruptible } from "./interrupt.ts";
import { wholeFrom, withDataDir, withJson } from "./options.ts";
import { percent, print, printJson, say } from "./output.ts";

interface AgentOptions {
  readonly queue?: string;
  readonly jobs?: number;
  readonly heartbeat: number;
  readonly drain?: true;
}

/** The program that trains here. */
export const ownCode = (): Code => ({ lenet: lenetVersion(), commit: commit() });

// The command above has --queue too, and takes it: commander cannot say that it is needed here.
const needed = (queue: string | undefined): string => {
  if (queue !== undefined) return queue;
  throw new LenetError("--queue: expected the address of a queue, got none. Such as --queue redis://127.0.0.1:6379");
};

/** Says what an agent does, an epoch once. */
export const tellAgent = (say: (line: string) => void): ((event: AgentEvent) => void) => {
  const seen = new Map<string, number>();
  return (event) => {
    const { sweep, file, task } = event.order;
    // Two sweeps of one queue have trials of the same names.
    const [name, key] = [`${file}, ${task.name}`, `${sweep} ${task.name}`];
    if (event.kind === "take") say(`${name}: taken`);
    else if (event.kind === "progress") {
      const { record } = event.progress;
      if (!record || seen.get(key) === record.epoch) return;
      seen.set(key, record.epoch);
      say(`${name}: epoch ${record.epoch}/${task.settings.epochs}, train ${percent(record.train.accuracy)}`);
    } else
      say(
        `${name}: ${event.end.kind}${event.end.kind === "failed" ? `, ${event.end.reason}` : event.end.kind === "paused" ? ` after epoch ${task.until}` : ""}`,
      );
  };
};

const runAgentCommand = async ({
  queue,
  jobs = availableParallelism(),
  heartbeat,
  drain,
}: AgentOptions): Promise<void> => {
  const link = await connect(needed(queue));
  try {
    say(
      `${hostname()}: ${codeText(ownCode())}, ${jobs} trials at a time from ${link.address}; Ctrl-C puts back what is unfinished`,
    );
    const stopped = await interruptible(async (signal) => {
      await runAgent(link, {
        jobs,
        code: ownCode(),
        heartbeatMs: heartbeat * 1000,
        drain: drain === true,
        signal,
        onEvent: tellAgent(say),
      });
      return signal.aborted;
    });
    if (stopped) process.exitCode = INTERRUPTED;
  } finally {
    await link.end();
  }
};

const agentMore = `
An agent refuses trials of another version of lenet, and of images that are not the same byte for byte. Stopped politely it puts
back what it has not finished; killed, it loses its trials to others after the heartbeat. Either way a trial goes on from
its last complete epoch.

Example:
  lenet sweep agent --queue redis://:PASSWORD@192.168.1.2:6379`;

/** The command `lenet sweep agent`. */
export function sweepAgentCommand(): Command {
  const command = new Command("agent")
    .description("take trials from a queue and train them on this machine")
    .option("--queue <url>", "the Redis of the queue, such as redis://127.0.0.1:6379")
    .option("--jobs <n>", "trials side by side, one thread each (default: one a core)", wholeFrom("--jobs", 1, 256))
    .option(
      "--heartbeat <seconds>",
      "after so long without a sign its trials are others'",
      wholeFrom("--heartbeat", 2, 3_600),
      30,
    )
    .option("--drain", "end when nothing is left to take")
    .addHelpText("after", agentMore);
  return withDataDir(command).action((_: object, self: Command) => runAgentCommand(self.optsWithGlobals()));
}

const runQueueCommand = async (action: string, { queue, json }: { queue?: string; json?: true }): Promise<void> => {
  const wanted = oneOf("lenet sweep queue", action, queueActions);
  const link = await connect(needed(queue), "look");
  try {
    const status = await controlQueue(link, wanted);
    if (json) printJson(status);
    else print(statusText(link.address, status));
  } finally {
    await link.end();
  }
};

const statusText = (address: string, { waiting, active, agents, paused, sweeps }: QueueStatus): string =>
  [
    `${address}: ${waiting} waiting, ${active} under way, ${agents} agents${paused ? ", paused" : ""}`,
    ...sweeps.map(({ file, code }) => `  ${file}: ${codeText(code)}`),
  ].join("\n");

const queueMore = `
Examples:
  lenet sweep queue status --queue redis://127.0.0.1:6379    what waits, what is under way, how many agents
  lenet sweep queue pause --queue redis://127.0.0.1:6379     agents finish what they have and take nothing new
  lenet sweep queue resume --queue redis://127.0.0.1:6379
  lenet sweep queue clear --queue redis://127.0.0.1:6379     takes off what sweeps left that were not heard of for 30 s`;

/** The command `lenet sweep queue`. */
export function sweepQueueCommand(): Command {
  const command = new Command("queue")
    .description("say how a queue is, pause it, let it go on, clear it")
    .argument("[action]", queueActions.join(", "), "status")
    .option("--queue <url>", "the Redis of the queue")
    .addHelpText("after", queueMore);
  return withJson(command).action((action: string, _: object, self: Command) =>
    runQueueCommand(action, self.optsWithGlobals()),
  );
}
