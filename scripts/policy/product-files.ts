import type { Catalog, CatalogEntry, Limits } from '../../src/governance/documents.ts';
import type { GovernanceDocuments } from '../../src/governance/governance.ts';
import { keysOf } from '../../src/governance/rule-index.ts';
import { indent, quote, writeHeader } from './policy-text.ts';
import type { GeneratedFile } from './write-schemas.ts';

type Product = Limits['products'][number];
type Limit = Pick<Product, 'callsPerMinute' | 'callsPerDay'>;

const SOURCE = 'governance/limits.yaml';
const COMMENT = `Generated from ${SOURCE} by npm run policy:build; do not edit.`;

/** The products of the edge with their limits. @param apis the ids of the APIs that every product opens. */
export function productFiles(
  { limits, catalog }: Pick<GovernanceDocuments, 'limits' | 'catalog'>,
  apis: readonly string[],
): GeneratedFile[] {
  return limits.products.flatMap((product) => {
    const folder = `apim/products/${product.id}`;
    return [
      { path: `${folder}/productInformation.json`, text: toJson(describeProduct(product)) },
      { path: `${folder}/apis.json`, text: toJson(apis.map((name) => ({ $comment: COMMENT, name }))) },
      { path: `${folder}/policy.xml`, text: writePolicy(product, limits, catalog) },
    ];
  });
}

/** Anybody may subscribe to a product of the sandbox; one of production is approved. */
function describeProduct({ displayName, description, environment }: Product): object {
  return {
    $comment: COMMENT,
    properties: {
      displayName,
      description,
      subscriptionRequired: true,
      approvalRequired: environment === 'production',
      state: 'published',
    },
  };
}

function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function writePolicy(product: Product, limits: Limits, catalog: Catalog): string {
  const header = writeHeader(
    SOURCE,
    'Product scope: how often one APIM subscription may call, by the minute and by the day (UTC); for some roles and',
    'catalog entries less than the product allows. tokensPerMinute and tokensPerDay are not enforced at the edge yet:',
    'that takes llm-token-limit, which the emulator does not support yet. concurrentStreams are not counted here.',
  );
  const inbound = [
    '<base />',
    ...writeLimits(product, ''),
    ...limits.roles.flatMap(({ role, ...limit }) =>
      writeTighter(product, limit, `role/${role}/`, hasRole(role)),
    ),
    ...limits.entries.flatMap(({ entry: name, ...limit }) => {
      const entry = catalog.entries.find((one) => one.name === name);
      return entry ? writeTighter(product, limit, `entry/${name}/`, isFor(entry)) : [];
    }),
  ].join('\n');
  return `${header}<policies>
  <inbound>
${indent(inbound, 4)}
  </inbound>
  <backend>
    <base />
  </backend>
  <outbound>
    <base />
  </outbound>
  <on-error>
    <base />
  </on-error>
</policies>
`;
}

/** What isn't less than the product allows can never be reached, and is left out. */
function writeTighter(
  product: Product,
  limit: Limit,
  counter: string,
  condition: readonly string[],
): string[] {
  const { callsPerMinute, callsPerDay } = limit;
  const tighter: Limit = {
    ...(isTighter(callsPerMinute, product.callsPerMinute) ? { callsPerMinute } : {}),
    ...(isTighter(callsPerDay, product.callsPerDay) ? { callsPerDay } : {}),
  };
  const policies = writeLimits(tighter, counter);
  if (policies.length === 0) return [];
  return [
    '<choose>',
    "  <when condition='@{",
    ...condition.map((statement) => `    ${statement}`),
    "  }'>",
    ...policies.map((policy) => `    ${policy}`),
    '  </when>',
    '</choose>',
  ];
}

function isTighter(limit: number | undefined, product: number | undefined): limit is number {
  return limit !== undefined && limit < (product ?? Infinity);
}

function writeLimits({ callsPerMinute, callsPerDay }: Limit, counter: string): string[] {
  const key = (kind: string): string =>
    `counter-key='@(${quote(`${kind}/${counter}`)} + context.Subscription.Id)'`;
  return [
    ...(callsPerMinute === undefined
      ? []
      : [`<rate-limit-by-key calls="${callsPerMinute}" renewal-period="60" ${key('rate')} />`]),
    ...(callsPerDay === undefined
      ? []
      : [`<quota-by-key calls="${callsPerDay}" renewal-period="86400" ${key('quota')} />`]),
  ];
}

function hasRole(role: string): string[] {
  return [`return (" " + (string)context.Variables["caller-roles"] + " ").Contains(${quote(` ${role} `)});`];
}

/** Under any of its names. A model that is named in a body is not seen here. */
function isFor(entry: CatalogEntry): string[] {
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
