import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Governance } from '../../src/governance/governance.ts';
import { joinNames } from '../../src/governance/join-names.ts';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { readMatrix } from './access-matrix.ts';
import { readContentActions } from './read-content-actions.ts';
import { readReach } from './read-reach.ts';
import { warnOfLocations } from './warn-of-locations.ts';
import { warnOfProtection } from './warn-of-protection.ts';
import { warnOfRetirements } from './warn-of-retirements.ts';
import { runCommand } from '../run-command.ts';
import { writeMarkdownTable, writeTextTable } from './write-table.ts';

const USAGE = 'Usage: npm run policy:check -- [--markdown] [--directory governance]';
const HOST_HEADER = ['Endpoint', 'Location', 'Host'];
const HEADER = ['Caller', 'Model or endpoint', 'Location', 'May', 'Rules'];

interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Validates the governance documents and prints the access matrix, the reach of calls, what happens to their content, the
 * hosts of endpoints, and warnings: of entries whose end is near or past, of locations in which Google is not known to serve
 * a model, and of protection rules that decide nothing. None fails the check: of ends the gateway itself tells callers, and
 * Google adds locations at any time.
 */
function run(): string {
  const { values } = parseArgs({
    options: {
      markdown: { type: 'boolean', default: false },
      directory: { type: 'string', default: join(import.meta.dirname, '..', '..', 'governance') },
    },
  });
  const governance = loadGovernance(values.directory);
  const rows = readMatrix(governance).map((row) => [
    row.caller,
    row.entries,
    row.locations,
    row.operations,
    row.rules,
  ]);
  const tables: Table[] = [
    { title: 'Who may do what', header: HEADER, rows },
    { title: 'What calls may reach', ...readReach(governance) },
    { title: 'What happens to content', ...readContentActions(governance) },
    { title: 'Endpoints at hosts of their own', header: HOST_HEADER, rows: listHosts(governance) },
  ];
  const sections = tables.flatMap(({ title, header, rows }) => {
    if (rows.length === 0) return [];
    return values.markdown
      ? `### ${title}\n\n${writeMarkdownTable(header, rows)}`
      : writeTextTable(header, rows);
  });
  const warnings = [
    ...warnOfRetirements(governance, new Date()),
    ...warnOfLocations(governance),
    ...warnOfProtection(governance),
  ];
  return [...sections, ...warnings, summarize(governance)].join('\n\n');
}

/** Lists the hosts of endpoints that Google's shared hosts do not serve. */
function listHosts({ documents }: Governance): string[][] {
  return documents.catalog.entries.flatMap((entry) =>
    'endpoint' in entry
      ? Object.entries(entry.hosts ?? {}).map(([location, host]) => [entry.name, location, host])
      : [],
  );
}

function summarize({ documents, policyVersion }: Governance): string {
  const { catalog, access, protection } = documents;
  const counts = [
    count(catalog.entries, 'catalog entry', 'catalog entries'),
    count(access.roles, 'role', 'roles'),
    count(access.grants, 'grant', 'grants'),
    count(access.denies, 'deny', 'denies'),
    count(access.residency, 'residency rule', 'residency rules'),
    count(access.agents, 'agent', 'agents'),
    count(access.storage, 'storage rule', 'storage rules'),
    count(access.tools, 'tool rule', 'tool rules'),
    count(access.contents, 'content rule', 'content rules'),
    count(protection?.rules ?? [], 'protection rule', 'protection rules'),
  ];
  return `The documents are valid: ${joinNames(counts)}. Policy version ${policyVersion.slice(0, 12)}.`;
}

function count({ length }: readonly unknown[], one: string, many: string): string {
  return `${length} ${length === 1 ? one : many}`;
}

await runCommand(run, USAGE);
