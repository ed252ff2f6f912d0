// Reading records, and having the ledger verified, by a running process.
export { applicationIdOf } from './reading/application-id.ts';
export { createApplicationInsightsArchive } from './reading/application-insights-archive.ts';
export type {
  AuditArchive,
  RecordedCall,
  RecordFilter,
  RecordPage,
  RecordPosition,
  RecordScope,
  UsageFilter,
  UsageGroup,
  UsageSum,
} from './reading/audit-archive.ts';
export { INSTANT_BOUNDS, isWithinBounds, UTC_INSTANT } from './reading/instant.ts';
export { createLogQuery } from './reading/log-query.ts';
export {
  ANSWER_FIELDS,
  ANSWER_NAMES,
  FILTER_FIELDS,
  type ReadField,
  SUMMED_FIELDS,
} from './reading/record-fields.ts';
export type { Period } from './time/period.ts';
export { openLedgerVerifier } from './verification/open-ledger-verifier.ts';
