import type { CatalogEntry } from '../../src/governance/documents.ts';
import { keysOf } from '../../src/governance/rule-index.ts';
import { quote } from './policy-text.ts';

/**
 * Statements that return whether a call's path names an entry, under any of its names. A model that is named in a body
 * is not seen here.
 */
export function isFor(entry: CatalogEntry): string[] {
  const keys = keysOf(entry).filter((key) => /^(endpoints|publishers)\//.test(key));
  const names = keys.map((key) => `name == ${quote(key)}`);
  return [
    'var parameters = context.Request.MatchedParameters;',
    'var name = parameters.ContainsKey("endpoint")',
    '  ? "endpoints/" + parameters["endpoint"]',
    '  : "publishers/" + parameters.GetValueOrDefault("publisher", "") + "/models/" + parameters.GetValueOrDefault("model", "");',
    `return ${names.join(' || ')};`,
  ];
}
