import type { Principal } from '../../src/governance/call-target.ts';
import type { CatalogEntry } from '../../src/governance/documents.ts';
import type { Governance } from '../../src/governance/governance.ts';
import { joinNames } from '../../src/governance/join-names.ts';
import { listContentActions } from '../../src/governance/list-content-actions.ts';
import type { ProtectionRule } from '../../src/governance/protection-document.ts';

/**
 * Writes a sentence where no content is inspected, and a warning for each rule that decides nothing, because others are at
 * least as strict wherever it applies, and for each detector whose findings no rule asks for.
 */
export function warnOfProtection(governance: Governance): string[] {
  const { protection } = governance.documents;
  if (!protection) return ['There is no governance/protection.yaml, so no content is inspected.'];
  const { rules, detectors } = protection;
  if (rules.length === 0) return ['governance/protection.yaml has no rules, so no content is inspected.'];
  const used = new Set(rules.flatMap(({ kinds = [] }) => kinds));
  return [
    ...rules.flatMap((rule) => {
      const deciding = listDeciding(governance, rule);
      if (deciding.has(rule.id)) return [];
      const others = [...deciding].filter((id) => id !== rule.id);
      return `Warning: the rule ${rule.id} decides nothing: wherever it applies, ${joinNames(others)} ${others.length === 1 ? 'is' : 'are'} as strict or stricter, and a rule that stands first decides.`;
    }),
    ...detectors
      .filter(({ name, group }) => !used.has(name) && !used.has(group))
      .map(({ name }) => `Warning: no rule looks for what the detector ${name} finds.`),
  ];
}

/**
 * Lists the rules that decide of a rule's kinds and media, for the callers to whom the fewest other rules apply. It stops
 * when the rule itself is among them.
 */
function listDeciding(governance: Governance, rule: ProtectionRule): Set<string> {
  const deciding = new Set<string>();
  for (const principal of listLeastCallers(rule))
    for (const { entry, operation } of listCalls(governance.documents.catalog.entries)) {
      const plan = governance.planProtection(principal, entry, operation);
      const ids = listContentActions(plan).map((action) => action.rule);
      if (ids.includes(rule.id)) return new Set([rule.id]);
      for (const id of ids) deciding.add(id);
    }
  return deciding;
}

/** Lists callers that meet the conditions of a rule and have nothing else that another rule could ask for. */
function listLeastCallers({ roles, applications, products }: ProtectionRule): Principal[] {
  return (roles ?? [undefined]).flatMap((role) =>
    (applications ?? [{ applicationId: '', identityProvider: undefined }]).flatMap(
      ({ applicationId, identityProvider }) =>
        (products ?? [undefined]).map((productId) => ({
          roles: role === undefined ? [] : [role],
          isDelegated: false,
          applicationId,
          ...(identityProvider !== undefined && { identityProvider }),
          ...(productId !== undefined && { productId }),
        })),
    ),
  );
}

function listCalls(entries: readonly CatalogEntry[]) {
  return entries.flatMap((entry) => entry.operations.map((operation) => ({ entry, operation })));
}
