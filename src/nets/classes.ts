// Any net for another number of classes than ten: its last layer, its loss and its name sized for them. `lenet5:classes=26`.
import { LenetError } from "../errors.ts";
import type { LayerSpec } from "../layers/index.ts";
import { splitName } from "../named.ts";
import { LEAST_CLASSES, MOST_CLASSES } from "../shape.ts";
import type { Net } from "./net.ts";

const OPTION = /(^|,)classes=([^,]*)/;

/** What a name asks for: the name without its classes, and their number where it says one. Throws LenetError. */
export const splitClasses = (text: string): { readonly rest: string; readonly classes: number | null } => {
  const { name, options } = splitName(text);
  const [, , digits] = OPTION.exec(options) ?? [];
  if (digits === undefined) return { rest: text, classes: null };
  const classes = /^\d{1,3}$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(classes >= LEAST_CLASSES && classes <= MOST_CLASSES))
    throw new LenetError(
      `${name}, classes: expected a whole number from ${LEAST_CLASSES} to ${MOST_CLASSES}, got ${JSON.stringify(digits)}.`,
    );
  const left = options.replace(OPTION, "").replace(/^,/, "");
  return { rest: left === "" ? name : `${name}:${left}`, classes };
};

/**
 * The net with `classes` outputs, 2…95; itself where it has them. What was published about it is about ten and left out.
 * Throws LenetError for more classes than an RBF layer has codes: they are drawn for the ten digits alone.
 */
export const withClasses = (net: Net, classes: number): Net => {
  if (classes === net.classes) return net;
  if (!(classes >= LEAST_CLASSES && classes <= MOST_CLASSES))
    throw new LenetError(
      `${net.name}: expected from ${LEAST_CLASSES} to ${MOST_CLASSES} classes, got ${classes}. Leave some out.`,
    );
  const { published: _, committee, ...rest } = net;
  const last = lastSized(net);
  const layers = net.layers.map((layer, index) => (index === last ? resized(net, layer, classes) : layer));
  const name = `${splitClasses(net.name).rest}${net.name.includes(":") ? "," : ":"}classes=${classes}`;
  return {
    ...rest,
    name: classes === 10 ? splitClasses(net.name).rest : name,
    layers,
    classes,
    ...(committee ? { committee: { ...committee, member: withClasses(committee.member, classes) } } : {}),
  };
};

/** The layer whose units are the classes. */
const lastSized = ({ layers }: Net): number => layers.findLastIndex(({ kind }) => kind === "dense" || kind === "rbf");

const resized = ({ name }: Net, layer: LayerSpec, classes: number): LayerSpec => {
  if (layer.kind === "dense") return { ...layer, units: classes };
  if (layer.kind !== "rbf") return layer;
  if (classes <= layer.codes.length) return { ...layer, codes: layer.codes.slice(0, classes) };
  throw new LenetError(
    `${name}: expected at most ${layer.codes.length} classes, as codes are drawn for the ten digits alone, got ${classes}. Choose another net, such as lenet5.`,
  );
};
