// The audit key, its public half, and the signatures and seals that keys make.
export { openAuditKey } from './keys/audit-key.ts';
export { createAuditPublicKeys } from './keys/audit-public-keys.ts';
export { createSealKey } from './keys/seal-key.ts';
export type { Seal, Seals } from './keys/seals.ts';
export { createSignatureCheck } from './keys/signature.ts';
