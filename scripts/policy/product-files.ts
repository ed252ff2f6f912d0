import type { Catalog, CatalogEntry, Limits } from '../../src/governance/documents.ts';
import type { GovernanceDocuments } from '../../src/governance/governance.ts';
import { keysOf } from '../../src/governance/rule-index.ts';
import { indent, quote, writeHeader } from './policy-text.ts';
import type { GeneratedFile } from './write-schemas.ts';

type Product = Limits['products'][number];

/** What the edge counts; streams that are open at once are the function app's to count. */
const COUNTED = ['callsPerMinute', 'callsPerDay', 'tokensPerMinute', 'tokensPerDay'] as const;
type Limit = Pick<Product, (typeof COUNTED)[number]>;

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
    'Product scope: how many calls and tokens one APIM subscription may use, by the minute and by the day (UTC); for',
    'some roles and catalog entries less than the product allows. The tokens of a whole answer are counted after the',
    'call. Those of a stream are not counted at the edge; concurrentStreams is bounded by the function app.',
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
  const tighter = COUNTED.filter((name) => (limit[name] ?? Infinity) < (product[name] ?? Infinity));
  const policies = writeLimits(Object.fromEntries(tighter.map((name) => [name, limit[name]])), counter);
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

/** Rates before quotas, so that a call which comes too often uses up no quota. */
function writeLimits(limit: Limit, counter: string): string[] {
  const { callsPerMinute, tokensPerMinute, callsPerDay, tokensPerDay } = limit;
  return [
    ...writeCounter('rate-limit-by-key', callsPerMinute, `rate/${counter}`),
    ...writeCounter('rate-limit-by-key', tokensPerMinute, `tokens/rate/${counter}`, COUNT_TOKENS),
    ...writeCounter('quota-by-key', callsPerDay, `quota/${counter}`),
    ...writeCounter('quota-by-key', tokensPerDay, `tokens/quota/${counter}`, COUNT_TOKENS),
  ];
}

const PERIODS_IN_SECONDS = { 'rate-limit-by-key': 60, 'quota-by-key': 86_400 };

/** The vertex API sets the variable; it is absent, or 0, where the tokens of an answer are not known. */
const TOKENS = 'context.Variables.GetValueOrDefault&lt;int>("total-tokens", 0)';
const COUNT_TOKENS = [
  `increment-count='@(${TOKENS})'`,
  `increment-condition='@(context.Response.StatusCode == 200 &amp;&amp; ${TOKENS} > 0)'`,
];

function writeCounter(
  policy: keyof typeof PERIODS_IN_SECONDS,
  limit: number | undefined,
  counter: string,
  counting: readonly string[] = [],
): string[] {
  if (limit === undefined) return [];
  const key = `counter-key='@(${quote(counter)} + context.Subscription.Id)'`;
  const bounds = `calls="${limit}" renewal-period="${PERIODS_IN_SECONDS[policy]}" ${key}`;
  if (counting.length === 0) return [`<${policy} ${bounds} />`];
  return [`<${policy} ${bounds}`, ...counting.map((attribute) => `  ${attribute}`), '/>'];
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
