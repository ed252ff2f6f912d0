import type { Principal } from '../../src/governance/call-target.ts';
import type { Governance } from '../../src/governance/governance.ts';
import { listPlaces } from '../../src/governance/list-places.ts';
import { listTools } from '../../src/governance/list-tools.ts';
import { listCallers } from './access-matrix.ts';

const NOTHING = '–';

/** Lists, for each caller, the tools, sources of tools and places that its calls may reach, as a table. */
export function readReach(governance: Governance): {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const rows = listCallers(governance.documents).flatMap(({ name, principal }) => {
    const reached = listReached(governance, principal);
    return (reached.length > 0 ? reached : [[NOTHING, NOTHING]]).map((row) => [name, ...row]);
  });
  return { header: ['Caller', 'May', 'What'], rows };
}

function listReached(governance: Governance, principal: Principal): string[][] {
  const locations = new Set(governance.documents.catalog.entries.flatMap((entry) => entry.locations));
  const { use, reach } = listTools(governance, principal, [...locations]);
  const { inputs, outputs } = listPlaces(governance, principal);
  return [
    ...(use.length > 0 ? [['give models', use.join(', ')]] : []),
    ...Object.entries(reach).map(([tool, sources]) => [`reach by ${tool}`, sources.join(', ')]),
    ...(inputs.length > 0 ? [['have read', inputs.join(', ')]] : []),
    ...(outputs.length > 0 ? [['have written', outputs.join(', ')]] : []),
  ];
}
