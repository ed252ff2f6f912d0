import { z } from 'zod';
import { Access, Catalog, Limits } from '../../src/governance/documents.ts';
import { Protection } from '../../src/governance/protection-document.ts';

/** A file that is derived from the sources, by its path below the project's root. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

const DOCUMENTS = {
  catalog: { title: 'Catalog of models and endpoints', schema: Catalog, source: 'documents.ts' },
  access: { title: 'Who may do what', schema: Access, source: 'documents.ts' },
  limits: { title: 'How much', schema: Limits, source: 'documents.ts' },
  protection: {
    title: 'What happens to the content of calls',
    schema: Protection,
    source: 'protection-document.ts',
  },
} as const;

/**
 * Returns the JSON Schemas that editors check and complete the governance documents with, derived from the zod schemas
 * that the gateway loads them by. Draft 7 is what the YAML language server understands best.
 */
export function schemaFiles(): GeneratedFile[] {
  return Object.entries(DOCUMENTS).map(([name, { title, schema, source }]) => {
    // The input form: defaults may be left out.
    const { $schema, ...jsonSchema } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
    const text = JSON.stringify(
      {
        $schema,
        $comment: `Generated from src/governance/${source} by npm run policy:build; do not edit.`,
        title,
        ...jsonSchema,
      },
      null,
      2,
    );
    return { path: `governance/schemas/${name}.schema.json`, text: `${text}\n` };
  });
}
