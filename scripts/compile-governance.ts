import { isDeepStrictEqual } from 'node:util';
import type { AnySchemaObject } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { createValidator } from '../src/governance/compile-schemas.ts';
import type { Catalog } from '../src/governance/documents.ts';
import { loadGovernance } from '../src/governance/load-governance.ts';

/**
 * Checks the governance documents of a directory, and writes the module that takes the place of `compiled-governance.ts`
 * in a bundle: the documents as JSON, and a function for each of their schemas.
 * @throws GovernanceDocumentError for documents that the function app would refuse at its start.
 */
export function compileGovernance(directory: string): string {
  const { documents, policyVersion } = loadGovernance(directory);
  const json = JSON.stringify(documents);
  if (!isDeepStrictEqual(JSON.parse(json), documents))
    throw new Error('The governance documents hold more than JSON can.');
  const schemas = listSchemas(documents.catalog);
  const validator = createValidator({ source: true, esm: true });
  for (const [name, schema] of schemas) validator.addSchema(schema, name);
  const names = Object.fromEntries([...schemas.keys()].map((name) => [name, name]));
  return [
    schemas.size > 0 ? standalone.default(validator, names) : '',
    `const validators = { ${[...schemas.keys()].join(', ')} };`,
    'export const compiled = {',
    `  policyVersion: ${JSON.stringify(policyVersion)},`,
    `  documents: JSON.parse(${JSON.stringify(json)}),`,
    '  findValidator: (schema, index, part) => validators[part + index],',
    '};',
  ].join('\n');
}

/** Lists the schemas of a catalog by the part that they are of and the index of their entry. */
function listSchemas({ entries }: Catalog): Map<string, AnySchemaObject> {
  return new Map(
    entries.flatMap((entry, index) =>
      (['instances', 'parameters'] as const).flatMap((part) => {
        const schema = 'endpoint' in entry ? entry[part] : undefined;
        return schema ? [[`${part}${index}`, schema] as const] : [];
      }),
    ),
  );
}
