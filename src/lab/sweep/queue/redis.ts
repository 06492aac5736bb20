// The way to a Redis, and to BullMQ on it. Both packages are loaded only when somebody asks for a queue; without them everything
// else works.
import type { Redis } from "ioredis";
import { LenetError, messageOf } from "../../../errors.ts";

type Bull = typeof import("bullmq");

export interface Link {
  readonly bull: Bull;
  readonly redis: Redis;
  /** The address without its password. */
  readonly address: string;
  end(): Promise<void>;
}

const CONNECT_MS = 5_000;

/** Connects, and stays connected: what is asked while a Redis is away waits for it. Throws LenetError where there is none. */
export const connect = async (url: string): Promise<Link> => {
  const address = addressOf(url);
  const { bull, Redis } = await packages();
  const probe = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
  });
  let trouble: unknown;
  probe.on("error", (error) => {
    trouble = error;
  });
  try {
    await probe.connect();
    await probe.ping();
  } catch (thrown) {
    throw refusal(address, trouble ?? thrown);
  } finally {
    probe.disconnect();
  }
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  // It connects again by itself.
  redis.on("error", () => {});
  return { bull, redis, address, end: async () => void redis.disconnect() };
};

const packages = async () => {
  try {
    const [bull, { Redis }] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bull, Redis };
  } catch {
    throw new LenetError(
      "--queue: expected the packages bullmq and ioredis, got none. Run: npm install bullmq ioredis",
    );
  }
};

const addressOf = (url: string): string => {
  try {
    const { protocol, host, pathname } = new URL(url);
    if ((protocol === "redis:" || protocol === "rediss:") && host !== "") return `${protocol}//${host}${pathname}`;
  } catch {}
  throw new LenetError(`--queue: expected an address such as redis://127.0.0.1:6379, got ${JSON.stringify(url)}.`);
};

const refusal = (address: string, thrown: unknown): LenetError => {
  const message = messageOf(thrown);
  if (/WRONGPASS|NOAUTH|invalid password/i.test(message))
    return new LenetError(
      `${address}: expected the queue's password, got ${/NOAUTH/.test(message) ? "none" : "another"}. Write it into the address: redis://:PASSWORD@host:6379`,
    );
  return new LenetError(
    `${address}: expected a Redis that answers, got none (${message}). Start one: redis-server --appendonly yes`,
  );
};
