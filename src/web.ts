// The library in a browser, where package.json sends bundlers: all of it that needs no files. `train` and `evaluate` take images
// in memory; a browser decodes pictures itself.
export { evaluateSet as evaluate } from "./lab/model/evaluate-set.ts";
export { trainImages as train } from "./lab/training/train-images.ts";
export * from "./library.ts";
