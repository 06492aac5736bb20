// How threads share the tasks of a phase: a ticket for each task, and a place to meet before the next phase. Waiting spins
// for some microseconds, since phases are short, then sleeps; where there are more threads than cores it sleeps at once.

/** Cells of the "control" array. */
export const CONTROL = { ticket: 0, arrived: 1, generation: 2, stop: 3, stopped: 4, done: 5 } as const;

/** One thread's way of taking part. */
export interface Crew {
  /** The next task nobody has taken. */
  take(): number;
  /** Waits until everybody is here; then the tickets begin anew. */
  meet(): void;
  /** Whether a stop was asked for, as decided at the last meeting: the same for everybody. */
  stopping(): boolean;
}

/** Of a thread that works alone. */
export const alone = (): Crew => {
  let ticket = 0;
  const meet = (): void => {
    ticket = 0;
  };
  return { take: () => ticket++, meet, stopping: () => false };
};

/** Looks at the meeting place before a thread goes to sleep: about 20 µs. */
const SPINS = 4_000;

/** Of `threads` threads around one control array; `crowded`: more than there are cores for, so that who looks keeps others from work. */
export const together = (control: Int32Array, threads: number, crowded: boolean): Crew => ({
  take: () => Atomics.add(control, CONTROL.ticket, 1),
  meet: () => {
    const generation = Atomics.load(control, CONTROL.generation);
    if (Atomics.add(control, CONTROL.arrived, 1) === threads - 1) {
      Atomics.store(control, CONTROL.ticket, 0);
      Atomics.store(control, CONTROL.arrived, 0);
      Atomics.store(control, CONTROL.stopped, Atomics.load(control, CONTROL.stop));
      Atomics.add(control, CONTROL.generation, 1);
      Atomics.notify(control, CONTROL.generation);
      return;
    }
    for (let spin = crowded ? SPINS : 0; spin < SPINS; spin++)
      if (Atomics.load(control, CONTROL.generation) !== generation) return;
    while (Atomics.load(control, CONTROL.generation) === generation)
      Atomics.wait(control, CONTROL.generation, generation);
  },
  stopping: () => Atomics.load(control, CONTROL.stopped) !== 0,
});
