// Python's pickle, read without running anything: a small stack machine that knows the operations which lists, dicts, texts and numbers
// are made of. What a pickle may call, and what is meant by it, the caller says by name; everything else is refused.
import { LenetError } from "../errors.ts";

export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleObject;

/** Something the caller made of a name, or of a call. */
export interface PickleObject {
  readonly made: unknown;
}

/** What names, calls and references outside of the pickle mean. Each throws LenetError for what it does not allow. */
export interface PickleRules {
  global(module: string, name: string): PickleObject;
  call(called: PickleValue, values: readonly PickleValue[]): PickleValue;
  persistent(id: PickleValue): PickleValue;
}

/** Between the values of a stack: where a list, dict or tuple begins. */
const MARK = Symbol("mark");
type Stacked = PickleValue | typeof MARK;

interface Machine {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly rules: PickleRules;
  readonly place: string;
  readonly stack: Stacked[];
  readonly memo: Map<number, PickleValue>;
  position: number;
}

const damaged = "The file is damaged, or no file of weights: save it again.";

const refuse = ({ place, position }: Machine, rule: string, got: string): LenetError =>
  new LenetError(`${place}, byte ${position}: expected ${rule}, got ${got}. ${damaged}`);

/** Where so many bytes more lie, which are then passed. */
const pass = (machine: Machine, length: number): number => {
  const from = machine.position;
  if (!(length >= 0 && from + length <= machine.bytes.length)) throw refuse(machine, `${length} bytes more`, "the end");
  machine.position += length;
  return from;
};

const byte = (m: Machine): number => m.bytes[pass(m, 1)]!;
const word = (m: Machine): number => m.view.getUint16(pass(m, 2), true);
const count = (m: Machine): number => m.view.getUint32(pass(m, 4), true);

const textOf = (m: Machine, length: number): string => {
  const from = pass(m, length);
  return new TextDecoder().decode(m.bytes.subarray(from, from + length));
};

/** Up to the end of the line. */
const line = (m: Machine): string => {
  const end = m.bytes.indexOf(10, m.position);
  const text = textOf(m, end - m.position);
  pass(m, 1);
  return text;
};

/** A whole number of so many bytes, the lowest first, its sign in the highest. */
const long = (m: Machine, length: number): number => {
  const from = pass(m, length);
  if (length > 8) throw refuse(m, "a number of at most 8 bytes", `${length} bytes`);
  let value = 0n;
  for (let i = 0; i < length; i++) value |= BigInt(m.bytes[from + i]!) << BigInt(8 * i);
  return Number(BigInt.asIntN(8 * length, value));
};

const pop = (m: Machine): PickleValue => {
  const value = m.stack.pop();
  if (value === undefined || value === MARK) throw refuse(m, "a value on the stack", "none");
  return value;
};

/** The values since the last mark. */
const popMarked = (m: Machine): PickleValue[] => {
  const from = m.stack.lastIndexOf(MARK);
  if (from < 0) throw refuse(m, "a mark on the stack", "none");
  const values = m.stack.splice(from).slice(1);
  return values as PickleValue[];
};

const popMany = (m: Machine, many: number): PickleValue[] => {
  const values = Array.from({ length: many }, () => pop(m));
  return values.reverse();
};

const top = (m: Machine): PickleValue => {
  const value = m.stack.at(-1);
  if (value === undefined || value === MARK) throw refuse(m, "a value on the stack", "none");
  return value;
};

const addItems = (m: Machine, items: readonly PickleValue[]): void => {
  const dict = top(m);
  if (!(dict instanceof Map) || items.length % 2 > 0) throw refuse(m, "a dict and pairs for it", "something else");
  for (let i = 0; i < items.length; i += 2) dict.set(items[i]!, items[i + 1]!);
};

const addToList = (m: Machine, items: readonly PickleValue[]): void => {
  const list = top(m);
  if (!Array.isArray(list)) throw refuse(m, "a list", "something else");
  for (const item of items) list.push(item);
};

const recall = (m: Machine, key: number): void => {
  const value = m.memo.get(key);
  if (value === undefined) throw refuse(m, "a value that was kept", "none");
  m.stack.push(value);
};

const push = (value: (m: Machine) => PickleValue) => (m: Machine) => {
  m.stack.push(value(m));
};

const text = (value: PickleValue, m: Machine): string => {
  if (typeof value === "string") return value;
  throw refuse(m, "a name", "something else");
};

/** Operations by their code, in the words of Python's pickletools. */
const operations: Readonly<Record<number, (m: Machine) => void>> = {
  128: byte, // PROTO
  149: (m) => pass(m, 8), // FRAME
  40: (m) => m.stack.push(MARK), // MARK
  48: pop, // POP
  78: push(() => null), // NONE
  136: push(() => true), // NEWTRUE
  137: push(() => false), // NEWFALSE
  74: push((m) => m.view.getInt32(pass(m, 4), true)), // BININT
  75: push(byte), // BININT1
  77: push(word), // BININT2
  138: push((m) => long(m, byte(m))), // LONG1
  71: push((m) => m.view.getFloat64(pass(m, 8), false)), // BINFLOAT
  88: push((m) => textOf(m, count(m))), // BINUNICODE
  140: push((m) => textOf(m, byte(m))), // SHORT_BINUNICODE
  93: push(() => []), // EMPTY_LIST
  41: push(() => []), // EMPTY_TUPLE
  125: push(() => new Map()), // EMPTY_DICT
  133: push((m) => popMany(m, 1)), // TUPLE1
  134: push((m) => popMany(m, 2)), // TUPLE2
  135: push((m) => popMany(m, 3)), // TUPLE3
  116: push(popMarked), // TUPLE
  97: (m) => addToList(m, popMany(m, 1)), // APPEND
  101: (m) => addToList(m, popMarked(m)), // APPENDS
  115: (m) => addItems(m, popMany(m, 2)), // SETITEM
  117: (m) => addItems(m, popMarked(m)), // SETITEMS
  113: (m) => m.memo.set(byte(m), top(m)), // BINPUT
  114: (m) => m.memo.set(count(m), top(m)), // LONG_BINPUT
  148: (m) => m.memo.set(m.memo.size, top(m)), // MEMOIZE
  104: (m) => recall(m, byte(m)), // BINGET
  106: (m) => recall(m, count(m)), // LONG_BINGET
  99: push((m) => m.rules.global(line(m), line(m))), // GLOBAL
  // STACK_GLOBAL
  147: push((m) => {
    const [module, name] = popMany(m, 2);
    return m.rules.global(text(module!, m), text(name!, m));
  }),
  81: push((m) => m.rules.persistent(pop(m))), // BINPERSID
  // REDUCE
  82: push((m) => {
    const [called, values] = popMany(m, 2);
    if (!Array.isArray(values)) throw refuse(m, "a tuple to call with", "something else");
    return m.rules.call(called!, values);
  }),
  // BUILD: attributes of an object, such as the versions of a state dict's modules. Nobody asks for them.
  98: pop,
};

const STOP = 0x2e;

/** The value in these bytes; `place` names them in messages. Runs nothing. Throws LenetError, one sentence. */
export const readPickle = (bytes: Uint8Array, rules: PickleRules, place: string): PickleValue => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const machine: Machine = { bytes, view, rules, place, stack: [], memo: new Map(), position: 0 };
  for (let code = byte(machine); code !== STOP; code = byte(machine)) {
    const operation = operations[code];
    if (!operation) throw refuse(machine, "an operation of lists, dicts, texts and numbers", `0x${code.toString(16)}`);
    operation(machine);
  }
  return pop(machine);
};
