// The library: everything a program may use. What is not exported here may change without notice.
export { decodeImage } from "./data/image.ts";
export { dataSets, loadData } from "./data/registry.ts";
export { evaluate } from "./lab/evaluate.ts";
export { load, loadFile, save } from "./lab/load.ts";
export { train } from "./lab/train.ts";
export * from "./library.ts";
