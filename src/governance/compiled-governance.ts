import type { GovernanceDocuments } from './governance.ts';
import type { FindValidator } from './instance-schemas.ts';

/** Governance documents that have been checked, and their schemas as code. */
export interface CompiledGovernance {
  /** SHA-256 of the texts that they were made of, in hexadecimal. */
  readonly policyVersion: string;
  readonly documents: GovernanceDocuments;
  readonly findValidator: FindValidator;
}

/** The documents that the build has checked and put in the place of this module; undefined outside of a build. */
export const compiled: CompiledGovernance | undefined = undefined;
