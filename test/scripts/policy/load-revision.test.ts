import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRevision } from '../../../scripts/policy/load-revision.ts';

const CATALOG = 'entries: []\n';
const ACCESS = `identityProviders:
  - { id: entra, type: entra, tenantId: '{{tenant-id}}', audiences: ['api://x'] }
roles:
  - { name: Team.Use, environment: production, description: A team. }
grants: []
`;
const LIMITS = 'products: []\n';

let repository: string;

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'repository-'));
  git('init', '-q');
  // The project is a folder of a larger repository.
  mkdirSync(join(repository, 'project', 'governance'), { recursive: true });
  commit({ 'catalog.yaml': CATALOG, 'access.yaml': ACCESS, 'limits.yaml': LIMITS });
});

afterEach(() => rmSync(repository, { recursive: true }));

function git(...command: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  execFileSync('git', [...identity, ...command], { cwd: repository, stdio: 'pipe' });
}

function commit(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(pathOf(name), text);
  git('add', '--all');
  git('commit', '-q', '-m', 'documents');
}

function pathOf(name: string): string {
  return join(repository, 'project', 'governance', name);
}

function load(revision: string): ReturnType<typeof loadRevision> {
  return loadRevision(join(repository, 'project'), revision);
}

test('the documents of a revision are loaded, not those of the working tree', () => {
  writeFileSync(pathOf('access.yaml'), ACCESS.replaceAll('Team.Use', 'Other.Use'));
  expect(load('HEAD').documents.access.roles.map(({ name }) => name)).toEqual(['Team.Use']);
  expect(readFileSync(pathOf('access.yaml'), 'utf8')).toContain('Other.Use');
});

test('an earlier revision is named as git names it', () => {
  commit({ 'access.yaml': ACCESS.replaceAll('Team.Use', 'Other.Use') });
  expect(load('HEAD~1').documents.access.roles.map(({ name }) => name)).toEqual(['Team.Use']);
  expect(load('HEAD').documents.access.roles.map(({ name }) => name)).toEqual(['Other.Use']);
});

test('a revision has protection rules where it has the document', () => {
  const rule = '{ id: one, reason: Tests., direction: request, refusedMedia: [image] }';
  const catalog = CATALOG.replace(
    '[]',
    '[{ name: iris, endpoint: "1", environments: [production], project: sample-project, locations: [us-central1], operations: [predict], classification: internal }]',
  );
  commit({ 'protection.yaml': `rules: [${rule}]\n`, 'catalog.yaml': catalog });
  expect(load('HEAD').documents.protection?.rules).toMatchObject([{ id: 'one' }]);
  expect(load('HEAD~1').documents).not.toHaveProperty('protection');
});

test('a revision that does not exist is refused, also one that looks like an option', () => {
  expect(() => load('nowhere')).toThrow('There is no revision "nowhere".');
  expect(() => load('--all')).toThrow('There is no revision "--all".');
});

test('a revision without the documents says which one it lacks', () => {
  git('rm', '-q', 'project/governance/limits.yaml');
  git('commit', '-q', '-m', 'no limits');
  expect(() => load('HEAD')).toThrow('The revision HEAD has no governance/limits.yaml.');
});

test('a mistake in the documents of a revision is named by revision, file and place', () => {
  commit({ 'access.yaml': ACCESS.replace('production', 'produktion') });
  expect(() => load('HEAD')).toThrow(/^HEAD:governance\/access\.yaml:4:\d+: roles\.0\.environment: /);
});
