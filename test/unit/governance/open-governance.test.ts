import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSchemaCompiler } from '../../../src/governance/compile-schemas.ts';
import type { CompiledGovernance } from '../../../src/governance/compiled-governance.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { openGovernance } from '../../../src/governance/open-governance.ts';
import { GovernanceDocumentError } from '../../../src/governance/yaml-document.ts';

const { documents, policyVersion } = loadGovernance('governance');
const MARK = { id: 'marked-project', number: '999999999999' };
/** The sample's documents under the sample's version, marked, so that a test sees which ones it got. */
const COMPILED: CompiledGovernance = {
  policyVersion,
  documents: {
    ...documents,
    catalog: { ...documents.catalog, projects: [...(documents.catalog.projects ?? []), MARK] },
  },
  findValidator: createSchemaCompiler(),
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'governance-'));
  cpSync('governance', directory, { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true }));

test('compiled documents serve where they were made of the same texts', async () => {
  const opened = await openGovernance(directory, COMPILED);
  expect(opened.policyVersion).toBe(policyVersion);
  expect(opened.documents.catalog.projects).toContain(MARK);
});

test.each(['catalog.yaml', 'access.yaml', 'limits.yaml', 'protection.yaml'])(
  'they do not serve where %s has changed, if only by a comment',
  async (file) => {
    writeFileSync(join(directory, file), `${readFileSync(join(directory, file), 'utf8')}# more\n`);
    const opened = await openGovernance(directory, COMPILED);
    expect(opened.policyVersion).not.toBe(policyVersion);
    expect(opened.documents.catalog.projects).toEqual(documents.catalog.projects);
  },
);

test('they do not serve where the protection document is gone', async () => {
  rmSync(join(directory, 'protection.yaml'));
  const opened = await openGovernance(directory, COMPILED);
  expect(opened.documents).not.toHaveProperty('protection');
  expect(opened.documents.catalog.projects).toEqual(documents.catalog.projects);
});

test('documents are loaded where there are no compiled ones', async () => {
  expect((await openGovernance(directory, undefined)).documents).toEqual(documents);
});

test('a document that is missing or wrong is explained, compiled documents or not', async () => {
  rmSync(join(directory, 'limits.yaml'));
  await expect(openGovernance(directory, COMPILED)).rejects.toThrow(
    /limits\.yaml:1:1: there is no such file/,
  );
  writeFileSync(join(directory, 'limits.yaml'), 'products: none\n');
  await expect(openGovernance(directory, COMPILED)).rejects.toThrow(GovernanceDocumentError);
});
