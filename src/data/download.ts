// Fetches one file from the first of its mirrors that has it. Bounded in bytes and in silence, cancellable, and nothing
// reaches the disk before it has been checked.
import { LenetError, messageOf } from "../errors.ts";

/** How far a download is; `total` in bytes, when the server tells. */
export interface Progress {
  readonly file: string;
  readonly received: number;
  readonly total: number | undefined;
}

export interface DownloadOptions {
  /** Ends the download; what it throws is the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** The longest file we fetch, in bytes. */
const LONGEST = 2 ** 26;
/** A server that is silent for so long is given up. */
const SILENCE_MS = 30_000;

const fetchFrom = async (url: string, file: string, { signal, onProgress }: DownloadOptions): Promise<Uint8Array> => {
  const silence = new AbortController();
  const giveUp = () => silence.abort(new Error(`silence for ${SILENCE_MS / 1000} seconds`));
  let timer = setTimeout(giveUp, SILENCE_MS);
  try {
    const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal });
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
    const total = Number(response.headers.get("content-length")) || undefined;
    const parts: Uint8Array[] = [];
    let received = 0;
    for await (const part of response.body) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, SILENCE_MS);
      parts.push(part);
      received += part.length;
      if (received > LONGEST) throw new Error(`more than ${LONGEST} bytes`);
      onProgress?.({ file, received, total });
    }
    return Buffer.concat(parts);
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
};

/** What went wrong, in the network's words: undici hides them in the cause. */
const reasonOf = (thrown: unknown): string => {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  if (cause instanceof AggregateError && cause.errors.length > 0) return messageOf(cause.errors[0]);
  return messageOf(cause ?? thrown);
};

/**
 * The bytes of `file` from the first of `mirrors` (each ends with /) whose answer `isRight`.
 * Throws LenetError (exit code 1) with every mirror's reason when none will do.
 */
export const download = async (
  mirrors: readonly string[],
  file: string,
  isRight: (bytes: Uint8Array) => Promise<boolean>,
  options: DownloadOptions = {},
): Promise<Uint8Array> => {
  const reasons: string[] = [];
  for (const mirror of mirrors) {
    try {
      const bytes = await fetchFrom(mirror + file, file, options);
      if (await isRight(bytes)) return bytes;
      throw new Error("other contents than published");
    } catch (thrown) {
      options.signal?.throwIfAborted();
      reasons.push(`"${reasonOf(thrown)}" from ${new URL(mirror).host}`);
    }
  }
  const got = reasons.join(" and ");
  throw new LenetError(`${file}: expected to download it, got ${got}. Check the network and try again.`, 1);
};
