// Verifying a ledger by itself, and the form of its report.
export { createFolderLedger } from './ledger/folder-ledger.ts';
export { hashEntry, NO_PREVIOUS, sealedText, signedText } from './ledger/ledger-entry.ts';
export { VerificationFinding, VerificationReport } from './verification/report.ts';
export { openScanWorkers } from './verification/scanning/scan-workers.ts';
export { verifyLedger } from './verification/verify-ledger.ts';
