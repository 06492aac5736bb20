// The library that knows HDF5, in a WebAssembly memory of its own.

/** Loaded when first asked for: it is 5 MB. Its errors become exceptions, where it would print them. */
export const library = async () => {
  const { File, Group, Dataset, ready } = await import("h5wasm");
  const module = await ready;
  module.activate_throwing_error_handler();
  return { File, Group, Dataset, FS: module.FS };
};

export type Library = Awaited<ReturnType<typeof library>>;

/** No WebAssembly memory of this thread grows beyond `most` bytes from now on: to the library that is an error it knows. */
export const boundMemory = (most: number): void => {
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65_536 > most) throw new RangeError(`a memory of at most ${most} bytes`);
    return grow.call(this, pages);
  };
};
