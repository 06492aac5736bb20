// One memory for everything a net needs while it works: every array has its place, found once, and nothing is allocated
// later. Every worker computes the same places from the same claims, so only the memory itself has to be shared.
import type { Floats } from "../shape.ts";

/** "float" is float32 in training; a check in float64 opens the same arena with wider floats. */
export type Element = "float" | "double" | "int" | "byte";

export interface Claim {
  readonly name: string;
  readonly element: Element;
  readonly length: number;
}

/** Where the WebAssembly module keeps nothing: its first page is left alone. */
const START = 65_536;
/** A cache line; a kernel may also read a vector past the end of an array. */
const GAP = 64;

const bytesOf: Record<Element, number> = { float: 4, double: 8, int: 4, byte: 1 };

/** The arrays of one memory, by name. */
export interface Arena {
  floats(name: string): Floats;
  doubles(name: string): Float64Array;
  ints(name: string): Int32Array;
  bytes(name: string): Uint8Array;
  /** Bytes or floats, whichever were claimed under this name. */
  bytesOrFloats(name: string): Uint8Array | Floats;
}

const aligned = (address: number): number => Math.ceil(address / GAP) * GAP;

const places = (claims: readonly Claim[], floatBytes: 4 | 8): { offsets: Map<string, number>; end: number } => {
  const offsets = new Map<string, number>();
  let end = START;
  for (const { name, element, length } of claims) {
    offsets.set(name, end);
    end = aligned(end + length * (element === "float" ? floatBytes : bytesOf[element]) + GAP);
  }
  return { offsets, end };
};

/** Bytes the claims need. */
export const arenaBytes = (claims: readonly Claim[], floatBytes: 4 | 8 = 4): number => places(claims, floatBytes).end;

/** The claims' arrays inside `buffer`, which holds at least `arenaBytes`. */
export const openArena = (claims: readonly Claim[], buffer: ArrayBufferLike, floatBytes: 4 | 8 = 4): Arena => {
  const { offsets } = places(claims, floatBytes);
  const byName = new Map(claims.map((claim) => [claim.name, claim]));
  const find = (name: string): [number, number] => {
    const claim = byName.get(name);
    if (!claim) throw new Error(`arena: nothing was claimed under the name ${name}`);
    return [offsets.get(name)!, claim.length];
  };
  const floats = (name: string): Floats =>
    floatBytes === 4 ? new Float32Array(buffer, ...find(name)) : new Float64Array(buffer, ...find(name));
  const bytes = (name: string): Uint8Array => new Uint8Array(buffer, ...find(name));
  return {
    floats,
    doubles: (name) => new Float64Array(buffer, ...find(name)),
    ints: (name) => new Int32Array(buffer, ...find(name)),
    bytes,
    bytesOrFloats: (name) => (byName.get(name)?.element === "byte" ? bytes(name) : floats(name)),
  };
};

/** A WebAssembly memory for the claims; shared, so that workers see it too. Throws RangeError when there is not that much. */
export const arenaMemory = (claims: readonly Claim[]): WebAssembly.Memory => {
  const pages = Math.ceil(arenaBytes(claims) / 65_536) + 1;
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
};
