// The compiled kernels in base64, for host-web.ts. The build writes the module itself (scripts/kernel-bytes.mjs).
export const plain: string;
export const fused: string;
