// The library: everything a program may use. What is not exported here may change without notice.
export { decodeImage } from "./data/image.ts";
export { dataSets, loadData } from "./data/registry.ts";
export { load, loadFile, save } from "./lab/import/load.ts";
export { evaluate } from "./lab/model/evaluate.ts";
export { train } from "./lab/training/train.ts";
export * from "./library.ts";
