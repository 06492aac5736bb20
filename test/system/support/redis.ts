// A Redis of one's own, on a port that is free, in a folder that goes away.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";

export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

export interface Server {
  readonly url: string;
  readonly port: number;
  /** Ends it as a crash would, and starts it again. */
  crash(): Promise<void>;
  end(): Promise<void>;
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
};

/** Starts a Redis with this password that keeps all it has said in `dir`. */
export const startRedis = async (dir: string, password: string): Promise<Server> => {
  const port = await freePort();
  const url = `redis://:${password}@127.0.0.1:${port}`;
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    const words = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", dir, "--requirepass", password];
    child = spawn("redis-server", [...words, "--appendonly", "yes", "--appendfsync", "always", "--save", ""], {
      stdio: "ignore",
    });
    for (;;) {
      const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
      redis.on("error", () => {});
      const there = await redis.connect().then(
        () =>
          redis.ping().then(
            () => true,
            () => false,
          ),
        () => false,
      );
      redis.disconnect();
      if (there) return;
      await pause(50);
    }
  };
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  await start();
  return {
    url,
    port,
    end,
    crash: async () => {
      await end();
      await start();
    },
  };
};
