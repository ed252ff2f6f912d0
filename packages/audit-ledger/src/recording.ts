// Recording calls: the trail of a running process, with its digests and contents.
export type { ContentKeeper, KeptContent } from './contents/content.ts';
export type { Digest, Digester } from './ledger/digests.ts';
export type { LastClosing, LedgerTrail } from './ledger/ledger-trail.ts';
export { type Audit, startAudit } from './start-audit.ts';
