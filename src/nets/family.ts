// A family of nets: one architecture and the options it may be varied by. Its members are plain nets whose name says which
// options they have (`ablation:activation=tanh`), so that whoever keeps the name can build the net again.
import { nameWith, type OptionRules, type OptionsOf, readOptions } from "../named.ts";
import type { Net } from "./net.ts";

export interface Family {
  readonly name: string;
  readonly title: string;
  readonly rules: OptionRules;
  /** The member with every option at its default. */
  readonly net: Net;
  /** The member with the options in `text`: `activation=tanh,dropout=0.5`. Throws LenetError. */
  named(text: string): Net;
}

/** A family whose options are known to the compiler. */
export interface TypedFamily<Rules extends OptionRules> extends Family {
  /** The member with these options, the others at their defaults. Throws LenetError. */
  with(options: Partial<OptionsOf<Rules>>): Net;
}

/** `build` makes the member of these options; its name is taken care of here. */
export const family = <const Rules extends OptionRules>(
  name: string,
  rules: Rules,
  build: (options: OptionsOf<Rules>) => Net,
): TypedFamily<Rules> => {
  const make = (text: string): Net => {
    const options = readOptions(name, rules, text);
    return { ...build(options), name: nameWith(name, rules, options) };
  };
  const net = make("");
  const named = (text: string): Net => (text === "" ? net : make(text));
  const text = (options: object): string =>
    Object.entries(options)
      .map(([key, value]) => `${key}=${value}`)
      .join(",");
  return { name, title: net.title, rules, net, named, with: (options) => named(text(options)) };
};

/** A net without options, as a family of one. */
export const alone = (net: Net): Family => {
  const named = (text: string): Net => {
    readOptions(net.name, {}, text);
    return net;
  };
  return { name: net.name, title: net.title, rules: {}, net, named };
};
