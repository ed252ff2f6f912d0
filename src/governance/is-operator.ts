import type { Principal } from './call-target.ts';
import type { Access } from './documents.ts';
import { holdsOneOf } from './holds-role.ts';

/** Tells if a caller may have the doctor examine the gateway, as `holdsOneOf` does for the operators' roles. */
export function isOperator(access: Access, principal: Principal): boolean {
  return holdsOneOf(access, principal, access.operators?.roles ?? []);
}
