// YAML as a tree in which everything knows where it stands, so that every mistake in a sweep file can be pointed at.
import { basename } from "node:path";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLParseError,
} from "yaml";
import { LenetError } from "../../../errors.ts";
import { closest } from "../../../words.ts";

/** `file:line:column` of a piece of the file; lines and columns from 1. */
interface Placed {
  readonly place: string;
}
export interface Scalar extends Placed {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** Whether it is written as a whole number: 3, not 3.0. */
  readonly whole: boolean;
}
export interface List extends Placed {
  readonly kind: "list";
  readonly items: readonly Tree[];
}
export interface Mapping extends Placed {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
}
export interface Entry extends Placed {
  readonly tree: Tree;
}
export type Tree = Scalar | List | Mapping;

/** More than a sweep file needs: one can refer to itself without end. */
const MOST_PIECES = 20_000;
const DEEPEST = 50;
const tooMuch = `expected a sweep file of at most ${MOST_PIECES} pieces, at most ${DEEPEST} deep, got more. Make it smaller; where an alias repeats itself, take it out.`;

/** The mapping that a YAML text is. Throws LenetError. */
export const parseYaml = (file: string, text: string): Mapping => {
  const lines = new LineCounter();
  const name = basename(file);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error) throw new LenetError(`${placeOf(error.pos[0])}: ${mistakeIn(error)}`);
  const tree = growTree(document, placeOf)(document.contents, 0);
  if (tree.kind === "map") return tree;
  throw new LenetError(
    `${name}: expected a sweep's keys, such as method: grid, got ${shown(tree)}. See: lenet sweep --help`,
  );
};

const mistakeIn = ({ code, message }: YAMLParseError): string => {
  if (code === "RESOURCE_EXHAUSTION") return tooMuch;
  if (code === "MULTIPLE_DOCS") return "expected one sweep, got a second after ---. Give each a file of its own.";
  // The parser's own words, as a part of a sentence.
  return `expected YAML, got this mistake: ${message.split("\n")[0]!.replace(/[.:]?$/, "")}. Correct the line.`;
};

const growTree = (document: Document, placeOf: (offset: number) => string) => {
  let pieces = 0;
  const grow = (node: Node | null, from: number, depth = 0): Tree => {
    const place = placeOf(node?.range?.[0] ?? from);
    pieces += 1;
    if (pieces > MOST_PIECES || depth > DEEPEST) throw new LenetError(`${place}: ${tooMuch}`);
    if (isAlias(node)) return grow(node.resolve(document) ?? null, node.range?.[0] ?? from, depth + 1);
    if (isSeq<Node>(node)) return { kind: "list", place, items: node.items.map((item) => grow(item, from, depth + 1)) };
    if (isMap<Node, Node | null>(node)) {
      const entries = node.items.map(({ key, value }): [string, Entry] => {
        const offset = key.range?.[0] ?? from;
        return [
          String(isScalar(key) ? key.value : key),
          { place: placeOf(offset), tree: grow(value, offset, depth + 1) },
        ];
      });
      return { kind: "map", place, entries: new Map(entries) };
    }
    const value = isScalar(node) ? node.value : null;
    const known = value === null || ["string", "number", "boolean"].includes(typeof value);
    const whole = isScalar(node) && /^[+-]?\d+$/.test(node.source ?? "");
    return { kind: "scalar", place, value: known ? (value as Scalar["value"]) : String(value), whole };
  };
  return grow;
};

/** How a piece is shown in a message. */
export const shown = (tree: Tree): string => {
  if (tree.kind === "scalar") return tree.value === null ? "nothing" : JSON.stringify(tree.value);
  return tree.kind === "list" ? "a list" : "keys";
};

/** What is wrong with a piece of the file. */
export const mistake = ({ place }: Placed, key: string, rule: string, got: string, advice = ""): LenetError =>
  new LenetError(`${place}, ${key}: expected ${rule}, got ${got}.${advice && ` ${advice}`}`);

/** The entries of a mapping that has only these keys. Throws LenetError. */
export const keysOf = (tree: Tree, key: string, known: readonly string[]): ReadonlyMap<string, Entry> => {
  if (tree.kind !== "map") throw mistake(tree, key, `keys such as ${known[0]}: …`, shown(tree));
  for (const [name, entry] of tree.entries)
    if (!known.includes(name))
      throw new LenetError(
        `${entry.place}: expected one of ${known.join(", ")}${key === "" ? "" : ` in ${key}`}, got ${JSON.stringify(name)}.${closest(name, known)}`,
      );
  return tree.entries;
};

/** A number of the file. Throws LenetError. */
export const numberIn = (
  { tree }: Entry,
  key: string,
  rule = "a number",
  holds = (_: number): boolean => true,
): number => {
  const value = tree.kind === "scalar" ? tree.value : null;
  // YAML reads 1e-3 as a text where the dot is missing; people mean a number.
  const number = typeof value === "string" && /^[+-]?\d+e[+-]?\d+$/i.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number) && holds(number)) return number;
  throw mistake(tree, key, rule, shown(tree));
};

/** A word of the file, one of some. Throws LenetError. */
export const wordIn = <Word extends string>({ tree }: Entry, key: string, words: readonly Word[]): Word => {
  const found = words.find((word) => tree.kind === "scalar" && word === tree.value);
  if (found !== undefined) return found;
  const hint = tree.kind === "scalar" && typeof tree.value === "string" ? closest(tree.value, words) : "";
  throw mistake(tree, key, `one of ${words.join(", ")}`, shown(tree), hint.trim());
};

/** A text of the file. Throws LenetError. */
export const textIn = ({ tree }: Entry, key: string): string => {
  if (tree.kind === "scalar" && typeof tree.value === "string" && tree.value !== "") return tree.value;
  throw mistake(tree, key, "a name", shown(tree));
};
