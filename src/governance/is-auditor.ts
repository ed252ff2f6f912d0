import type { Principal } from './call-target.ts';
import type { Access } from './documents.ts';
import { holdsOneOf } from './holds-role.ts';

/** Tells if a caller may read everybody's audit records, as `holdsOneOf` does for the auditors' roles. */
export function isAuditor(access: Access, principal: Principal): boolean {
  return holdsOneOf(access, principal, access.auditors?.roles ?? []);
}
