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

/**
 * Connects, and stays connected: what is asked while a Redis is away waits for it. Throws LenetError where there is none, or none
 * that can be written to; `look` is for those who want no room on it.
 */
export const connect = async (url: string, use: "work" | "look" = "work"): Promise<Link> => {
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
    // A database that is not there does not keep anybody from connecting.
    if (trouble) throw trouble;
    if (use === "work") await probe.eval("return redis.call('set', KEYS[1], '', 'px', 1)", 1, "lenet:probe");
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
    const { protocol, host, pathname, username, password } = new URL(url);
    // Throws where these are not written as an address has them.
    decodeURIComponent(username + password);
    if (/^rediss?:$/.test(protocol) && host !== "" && /^\/?\d*$/.test(pathname))
      return `${protocol}//${host}${pathname}`;
  } catch {}
  const shown = JSON.stringify(url.replace(/^(\w+:\/\/)?.*@/, "$1…@"));
  throw new LenetError(
    `--queue: expected an address such as redis://127.0.0.1:6379, or with a database redis://127.0.0.1:6379/1, got ${shown}.`,
  );
};

/** For `catch`: what a Redis that answers does not do is said in one sentence, everything else is thrown as it is. */
export const orRefusal =
  ({ address }: Link) =>
  (thrown: unknown): never => {
    throw isReply(thrown) ? refusal(address, thrown) : thrown;
  };

const isReply = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === "ReplyError";

/** What may be done where a Redis answers, but not as it should. */
const remedyOf = (address: string, message: string): string => {
  if (/\bOOM\b/.test(message))
    return "Give it more memory, or take off what is no longer wanted: lenet sweep queue clear";
  if (/NOPERM|can't run/.test(message))
    return `Write a user into the address who may do everything: ${address.replace("//", "//USER:PASSWORD@")}`;
  if (/DB index/.test(message)) return "Name a database that it has, such as 0.";
  return "Look after it, then try again.";
};

const refusal = (address: string, thrown: unknown): LenetError => {
  const message = messageOf(thrown);
  if (/WRONGPASS|NOAUTH|invalid password/i.test(message))
    return new LenetError(
      `${address}: expected the queue's password, got ${/NOAUTH/.test(message) ? "none" : "another"}. Write it into the address: ${address.replace("//", "//:PASSWORD@")}`,
    );
  if (isReply(thrown))
    return new LenetError(
      `${address}: expected a Redis that does as it is asked, got ${JSON.stringify(message.replace(/\.?( script: .*)?$/, ""))}. ${remedyOf(address, message)}`,
    );
  return new LenetError(
    `${address}: expected a Redis that answers, got none (${message}). Start one: redis-server --appendonly yes`,
  );
};
