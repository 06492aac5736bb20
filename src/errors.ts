// The one error class for what the user can mend. The command line prints its message alone and leaves with `exitCode`;
// every other error is our bug and keeps its stack. Messages read: `<place>: expected <rule>, got <value>. <What to do.>`

/**
 * A mistake of the user's, or of the world (a full disk), said in one sentence. `exitCode` 2: the user's; 1: ours or the world's.
 * `cause`: what the operating system threw, of a full disk.
 */
export class LenetError extends Error {
  readonly exitCode: 1 | 2;
  constructor(message: string, exitCode: 1 | 2 = 2, cause?: unknown) {
    super(message, { cause });
    this.name = "LenetError";
    this.exitCode = exitCode;
  }
}

/** The message of anything thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
