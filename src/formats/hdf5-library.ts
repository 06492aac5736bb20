// The library that knows HDF5, in a WebAssembly memory of its own.

/** Loaded when first asked for: it is 5 MB. Its errors become exceptions, where it would print them. */
export const library = async () => {
  const { File, Group, Dataset, ready } = await import("h5wasm");
  const module = await ready;
  module.activate_throwing_error_handler();
  return { File, Group, Dataset, FS: module.FS };
};

export type Library = Awaited<ReturnType<typeof library>>;
