import { loadExpressionCompiler } from '@vertex-ai-gateway/csharp-expressions/compile';
import type { Tier } from './policies/policy.ts';
import { POLICIES } from './policies/policy-table.ts';
import { compilePlans } from './service/compile-plans.ts';
import { compileOperations } from './service/match-operation.ts';
import { readService } from './service/read-service.ts';
import { createServices } from './start-api-management.ts';

/** The folder of a service, and the options of its check. */
interface CheckOptions {
  readonly directory: string;
  /** The named values; they win over those in the folder. */
  readonly namedValues: Readonly<Record<string, string>>;
  /** The tier of the gateway; `classic` when left out. */
  readonly tier?: Tier;
}

/**
 * Reads and compiles a whole folder without starting anything.
 * @returns every refusal, each once, with its place: `file:line:column <element> problem`.
 */
export async function checkService({
  directory,
  namedValues,
  tier = 'classic',
}: CheckOptions): Promise<string[]> {
  const refusals = new Set<string>();
  const refuse = (error: Error): void => void refusals.add(error.message);
  const service = readService(directory, refuse);
  compilePlans(service, {
    expressions: await loadExpressionCompiler(),
    namedValues: new Map([...service.namedValues, ...Object.entries(namedValues)]),
    policies: POLICIES,
    tier,
    fragments: service.fragments,
    services: createServices({
      entraAuthority: 'https://login.microsoftonline.com',
      managedIdentityToken: () => Promise.reject(new Error('A check gets no tokens.')),
      emitTrace: () => undefined,
    }),
    refuse,
  });
  compileOperations(service.apis);
  return [...refusals];
}
