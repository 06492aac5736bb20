// What a bench found, as plain data: the shape of the files in bench/results.
import type { Arithmetic } from "../../kernels/module.ts";
import type { Figures } from "./figures.ts";
import type { Task } from "./ours.ts";

/** Nets and peers, each kernel by itself, the parts of a step, or how its cost grows with the work. */
export type BenchKind = "nets" | "kernels" | "profile" | "growth";

/** A kind of work. */
export interface Work {
  readonly task: Task;
  readonly batch: number;
  readonly threads: number;
}

export interface OurResult extends Work {
  readonly imagesPerSecond: Figures;
  readonly microsecondsPerImage: Figures;
  /** Useful operations: two for each multiply-add of the net, and nothing for what surrounds them. */
  readonly gflops: number;
  /** Of the roof of one core; null with more than one thread. */
  readonly shareOfRoof: number | null;
}

export interface PeerResult extends Work {
  readonly peer: string;
  readonly title: string;
  readonly version: string;
  readonly variant: string | null;
  /** What is not the same work. */
  readonly differs: string | null;
  readonly imagesPerSecond: Figures;
  readonly microsecondsPerImage: Figures;
  /** Our images a second over theirs with as many threads, measured one right after the other; above 1 we are faster. */
  readonly ratio: Figures;
  /** How many pairs that ratio comes from. */
  readonly pairs: number;
}

/** Our best number of threads against PyTorch's best number of threads and way of using it. */
export interface BestResult {
  readonly task: Task;
  readonly batch: number;
  readonly ourThreads: number;
  readonly peer: string;
  readonly peerThreads: number;
  readonly ratio: Figures;
}

export interface KernelResult {
  /** `C3 backward to the weights`. */
  readonly name: string;
  /** In one call. */
  readonly images: number;
  readonly microsecondsPerImage: Figures;
  /** At the least time; null for a kernel that is no sum of products. */
  readonly gflops: number | null;
}

/** One layer of a step in one direction. */
export interface ProfileRow {
  /** `tanh after C1`; empty for what belongs to no layer. */
  readonly layer: string;
  readonly direction: string;
  readonly microsecondsPerImage: number;
  /** Useful ones of one image; 0 for what is no sum of products. */
  readonly multiplyAdds: number;
  /** Null where there are none. */
  readonly gflops: number | null;
  readonly shareOfRoof: number | null;
  readonly shareOfStep: number;
}

/** Where the time of a step of training goes, on one thread. */
export interface Profile extends Pick<ProfileRow, "microsecondsPerImage" | "gflops" | "shareOfRoof"> {
  readonly net: string;
  readonly batch: number;
  readonly optimiser: string;
  /** The rows' microseconds together, beside those of the whole step, which was measured without looking at its parts. */
  readonly accountedFor: number;
  readonly rows: readonly ProfileRow[];
}

/** What an amount of work costs: one point of a line. */
export interface GrowthPoint {
  readonly axis: "images" | "batch" | "threads" | "maps";
  /** Images of an epoch, images of a step, threads; for maps the millions of multiply-adds that an image takes in training. */
  readonly x: number;
  readonly threads: number;
  /** Milliseconds of an epoch or of a step; for threads and maps microseconds an image. */
  readonly cost: number;
}

/** A peer without figures for a task. */
export interface AbsentPeer {
  readonly peer: string;
  readonly task: Task;
  /** And what to do. */
  readonly why: string;
}

export interface BenchResult {
  readonly kind: "lenet bench";
  readonly date: string;
  readonly commit: string | null;
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  readonly settings: {
    readonly net: string;
    readonly arithmetic: Arithmetic;
    readonly seconds: number;
    readonly repetitions: number;
  };
  readonly roofGflops: number;
  readonly ours: readonly OurResult[];
  readonly peers: readonly PeerResult[];
  readonly absent: readonly AbsentPeer[];
  readonly best: readonly BestResult[];
  readonly kernels: readonly KernelResult[];
  readonly profile?: Profile;
  readonly growth?: readonly GrowthPoint[];
}
