// Verifying a ledger by itself, and the form of its report.
export { createFolderLedger } from './ledger/folder-ledger.ts';
export { hashEntry, NO_PREVIOUS, signedText } from './ledger/ledger-entry.ts';
export { VerificationFinding, VerificationReport } from './verification/report.ts';
export { verifyLedger } from './verification/verify-ledger.ts';
