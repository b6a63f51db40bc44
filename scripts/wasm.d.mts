/** Bytes of the module that `text-kernel.wat` describes. */
export function builtKernel(): Promise<Uint8Array>;
