import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Principal } from '../../src/governance/call-target.ts';
import { splitRoles } from '../../src/governance/principals.ts';
import type { GovernanceDocuments } from '../../src/governance/governance.ts';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { suggest } from '../../src/governance/suggest.ts';
import { explainCall } from '../../src/questions/explain-call.ts';
import { describeExplanation } from './describe-explanation.ts';
import { findProduct, findSampleCaller } from './find-sample-caller.ts';
import { runCommand } from '../run-command.ts';
import { readSampleCall } from './read-sample-call.ts';

const USAGE =
  'Usage: npm run policy:explain -- --application NAME --path PATH [--method POST] [--body FILE] [--role ROLE …] [--product ID]\n' +
  'With --role, the application has these roles instead of its own; for an agent they are those of the person.\n' +
  'With --product, it calls with a key of that product; else with one of its first role’s environment.';

/** Prints the decision on a call of a sample application, with its reasons, without making the call. */
async function run(): Promise<string> {
  const { values } = parseArgs({
    options: {
      application: { type: 'string' },
      path: { type: 'string' },
      method: { type: 'string', default: 'POST' },
      body: { type: 'string' },
      role: { type: 'string', multiple: true },
      product: { type: 'string' },
    },
  });
  const { application, path, method, body, role } = values;
  if (application === undefined || path === undefined) throw new Error(USAGE);
  const governance = loadGovernance(join(import.meta.dirname, '..', '..', 'governance'));
  const { documents } = governance;
  const caller = withRoles(documents, findSampleCaller(documents, application), role);
  const productId = findProduct(documents, caller, values.product);
  const principal = splitRoles(documents, { ...caller, productId });
  const call = await readSampleCall({
    method,
    path,
    ...(body !== undefined && { body: readFileSync(body) }),
  });
  return describeExplanation(
    { name: application, principal },
    explainCall(governance, principal, productId, { call }, new Date()),
  );
}

function withRoles(
  { access }: GovernanceDocuments,
  principal: Principal,
  roles: readonly string[] | undefined,
): Principal {
  const known = access.roles.map(({ name }) => name);
  const unknown = roles?.find((role) => !known.includes(role));
  if (unknown !== undefined) throw new Error(`"${unknown}" is not a known role. ${suggest(unknown, known)}`);
  return roles ? { ...principal, roles } : principal;
}

await runCommand(run, USAGE);
