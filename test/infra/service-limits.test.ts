import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The least that a tier allows which this service can be deployed in: Developer.
 * Source: https://learn.microsoft.com/azure/api-management/service-limits (limits of 2026)
 */
const LIMITS = { operations: 3000, namedValues: 5000, loggers: 100, products: 100, identities: 10 };
/** Source: https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#api-management-limits */
const POLICY_BYTES = 256 * 1024;
/** Source: https://learn.microsoft.com/azure/api-management/api-management-howto-properties */
const VALUE_CHARACTERS = 4096;
const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

function filesNamed(name: string): string[] {
  return readdirSync('apim', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(name))
    .map((path) => join('apim', path));
}

test('every policy document is smaller than API Management takes, by half', () => {
  const policies = filesNamed('policy.xml');
  expect(policies.length).toBeGreaterThan(15);
  for (const file of policies)
    expect([file, readFileSync(file).length < POLICY_BYTES / 2]).toEqual([file, true]);
});

test('operations, named values, loggers and products fit into the smallest tier, with room for as many again', () => {
  const operations = filesNamed('specification.json').flatMap((file) => {
    const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, object> };
    return Object.values(paths).flatMap((path) => Object.keys(path).filter((key) => METHODS.has(key)));
  });
  const counts = {
    operations: operations.length,
    namedValues: readdirSync('apim/named-values').length,
    loggers: readdirSync('apim/loggers').length,
    products: readdirSync('apim/products').length,
    identities: 1,
  };
  for (const [name, limit] of Object.entries(LIMITS)) {
    const count = counts[name as keyof typeof counts];
    expect([name, count > 0 && count * 2 <= limit]).toEqual([name, true]);
  }
});

test('the values of named values are no longer than one may be', () => {
  for (const file of filesNamed('namedValueInformation.json')) {
    const { properties } = JSON.parse(readFileSync(file, 'utf8')) as { properties: { value: string } };
    expect(properties.value.length).toBeLessThanOrEqual(VALUE_CHARACTERS);
  }
});
