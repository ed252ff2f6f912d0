import type { GovernanceDocuments } from '../../../src/governance/governance.ts';
import { createSchemaCompiler } from '../../../src/governance/compile-schemas.ts';
import { createGovernance, type Governance } from '../../../src/governance/governance.ts';

/** A small company: a team that stays in Europe, a sandbox, and an agent. */
const SAMPLE_DOCUMENTS: GovernanceDocuments = {
  catalog: {
    entries: [
      {
        name: 'iris',
        endpoint: '42',
        environments: ['production'],
        project: 'sample-project',
        locations: ['us-central1'],
        operations: ['predict'],
        classification: 'internal',
      },
      {
        name: 'flash',
        alias: 'fast',
        publisher: 'google',
        model: 'gemini-3.5-flash',
        environments: ['sandbox', 'production'],
        project: 'sample-project',
        locations: ['us-central1', 'europe-west1', 'europe-west4'],
        operations: ['generateContent', 'countTokens', 'batchPredict'],
        tags: ['chat'],
        classification: 'internal',
      },
    ],
  },
  access: {
    identityProviders: [{ id: 'entra', type: 'entra', tenantId: '{{tenant-id}}', audiences: ['api://x'] }],
    roles: [
      { name: 'Sandbox.Use', environment: 'sandbox', description: 'Tries out.' },
      { name: 'Europe.Use', environment: 'production', description: 'Works in Europe.' },
      { name: 'Score.Use', environment: 'production', description: 'Scores.' },
    ],
    grants: [
      {
        id: 'sandbox',
        reason: 'Developers try out.',
        roles: ['Sandbox.Use'],
        entries: ['flash'],
        locations: ['us-central1'],
        operations: ['generateContent'],
      },
      { id: 'europe', reason: 'The team chats.', roles: ['Europe.Use'], tags: ['chat'] },
      { id: 'score', reason: 'The team scores.', roles: ['Score.Use'], entries: ['iris'] },
    ],
    denies: [{ id: 'no-batches', reason: 'Batches cost too much.', operations: ['batchPredict'] }],
    residency: [
      {
        id: 'eu-only',
        reason: 'The data stays in Europe.',
        roles: ['Europe.Use'],
        locations: ['europe-west1', 'europe-west4'],
      },
    ],
    contents: [],
    storage: [],
    tools: [
      {
        id: 'functions',
        reason: 'Callers call them.',
        roles: ['Europe.Use', 'Score.Use'],
        use: ['functionDeclarations'],
        reach: {},
      },
      {
        id: 'look-up',
        reason: 'Answers are grounded.',
        roles: ['Europe.Use', 'Score.Use'],
        use: ['googleSearch'],
        reach: { vertexRagStore: ['projects/sample-project/locations/europe-west4/ragCorpora/42'] },
      },
    ],
    agents: [
      {
        id: 'helper',
        reason: 'The helper scores for people.',
        applicationId: 'a0000006-0000-4000-8000-000000000006',
        roles: ['Score.Use'],
      },
    ],
  },
  limits: {
    products: [
      {
        id: 'production',
        displayName: 'Production',
        description: 'Serves.',
        environment: 'production',
        callsPerMinute: 600,
      },
    ],
    roles: [{ role: 'Score.Use', callsPerDay: 1000 }],
    entries: [{ entry: 'flash', tokensPerMinute: 5000 }],
  },
};

/** The sample, changed by a function that gets a copy of its own. */
export function sampleGovernance(
  change: (documents: Mutable<GovernanceDocuments>) => void = () => undefined,
): Governance {
  const documents = structuredClone(SAMPLE_DOCUMENTS);
  change(documents);
  return createGovernance(documents, 'version-of-the-sample', createSchemaCompiler());
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The part of a sample list with this name or id. */
export function find<Part>(parts: readonly Part[], name: string): Part {
  const part = parts.find((one) => Object.values(one as object)[0] === name);
  if (part === undefined) throw new Error(`The sample has no ${name}.`);
  return part;
}
