import type { FlatRecord } from '@vertex-ai-gateway/audit-ledger/record';
import { KEY_ONLY_PROVIDER } from '../../src/governance/principals.ts';
import { cachedOperations } from '../../src/governance/cached-operations.ts';
import type { Catalog, CatalogEntry } from '../../src/governance/documents.ts';
import { isNamedInPath } from './named-model.ts';
import { indent, quote } from './policy-text.ts';

/** Longer request bodies are not buffered, and their answers not cached. */
const MAXIMUM_BODY_BYTES = 65_536;

/** The ends of the operations' ids in the OpenAPI documents, after `endpoints-` or `publisher-models-`. */
const OPERATION_IDS = {
  predict: 'predict',
  embedContent: 'embed-content',
  countTokens: 'count-tokens',
} as const;

/**
 * Policies that answer a call from the edge's cache, for entries that the catalog lets it cache. A cached answer is for
 * calls on which the function app would decide alike: the same roles and kind of caller, product, path and body, under the
 * same policy version. The policies can't be a fragment: `cache-lookup-value` "is not supported inside a policy fragment".
 * Source: https://learn.microsoft.com/azure/api-management/cache-lookup-value-policy#usage-notes
 * @returns no policies for a catalog without cached entries.
 */
export function serveFromCache({ entries }: Catalog, policyVersion: string): string[] {
  const cached = entries.filter((entry) => cachedOperations(entry).length > 0);
  return cached.length === 0 ? [] : [lookUp(cached, policyVersion)];
}

/** The entry is checked first, because most calls are for entries that are not cached. */
function lookUp(cached: readonly CatalogEntry[], policyVersion: string): string {
  return [
    '<set-variable name="cache-seconds" value="@(0)" />',
    '<choose>',
    ...cached.map((entry) => indent(describeEntry(entry), 2)),
    '</choose>',
    '<choose>',
    "  <when condition='@{",
    '    if ((int)context.Variables["cache-seconds"] == 0) { return false; }',
    ...CAN_BE_KEPT.map((statement) => `    ${statement}`),
    "  }'>",
    indent(keyOf(policyVersion), 4),
    '    <cache-lookup-value key=\'@((string)context.Variables["cache-key"])\' variable-name="cached-answer" caching-type="internal" />',
    '  </when>',
    '  <otherwise>',
    '    <set-variable name="cache-seconds" value="@(0)" />',
    '  </otherwise>',
    '</choose>',
    '<choose>',
    // For a miss, the vendor's page says both that the variable is not set and that it is null.
    '  <when condition=\'@(!string.IsNullOrEmpty(context.Variables.GetValueOrDefault&lt;string>("cached-answer")))\'>',
    indent(record(policyVersion), 4),
    indent(answer(policyVersion), 4),
    '  </when>',
    '</choose>',
  ].join('\n');
}

/** True for a plain JSON body without parameters and headers that could change the function app's answer. */
const CAN_BE_KEPT = [
  'var headers = context.Request.Headers;',
  'var length = 0;',
  'if (!int.TryParse(headers.GetValueOrDefault("Content-Length", ""), out length)) { return false; }',
  `if (1 > length || length > ${MAXIMUM_BODY_BYTES} || headers.ContainsKey("Content-Encoding")) { return false; }`,
  'if (headers.ContainsKey("x-server-timeout") || headers.ContainsKey("x-stainless-timeout")) { return false; }',
  'var type = headers.GetValueOrDefault("Content-Type", "").ToLower().Replace(" ", "");',
  'if (!new[] { "application/json", "application/json;charset=utf-8" }.Contains(type)) { return false; }',
  'var wish = headers.GetValueOrDefault("Cache-Control", "").ToLower();',
  'if (wish.Contains("no-cache") || wish.Contains("no-store") || wish.Contains("max-age")) { return false; }',
  'return context.Request.OriginalUrl.Query.Keys.All(name => name == "subscription-key" || name == "key");',
];

function describeEntry(entry: CatalogEntry): string {
  const prefix = 'endpoint' in entry ? 'endpoints' : 'publisher-models';
  const isCached = cachedOperations(entry)
    .map((operation) => `operation == ${quote(`${prefix}-${OPERATION_IDS[operation]}`)}`)
    .join(' || ');
  const names =
    'endpoint' in entry
      ? { publisher: '', model: '', endpoint: entry.endpoint }
      : { publisher: entry.publisher, model: entry.model, endpoint: '' };
  return [
    "<when condition='@{",
    '  var operation = context.Operation.Id.Replace("-anywhere", "");',
    `  if (!(${isCached})) { return false; }`,
    ...isNamedInPath(entry).map((statement) => `  ${statement}`),
    "}'>",
    `  <set-variable name="cache-seconds" value="@(${entry.cache?.seconds ?? 0})" />`,
    `  <set-variable name="cached-project" value="${entry.project}" />`,
    ...Object.entries(names).map(
      ([name, value]) => `  <set-variable name="cached-${name}" value="${value}" />`,
    ),
    '</when>',
  ].join('\n');
}

/**
 * JSON makes the key unambiguous, whatever its parts contain. The agent is part of it, because an agent may do less than
 * the person it acts for. A caller with a key and no token is identified by its APIM subscription.
 */
function keyOf(policyVersion: string): string {
  return `<set-variable
  name="cache-key"
  value='@{
    var variables = context.Variables;
    var roles = ((string)variables["caller-roles"]).Split(" ".ToCharArray()).Distinct().OrderBy(role => role);
    var agent = (string)variables["caller-delegated"] == "true" ? (string)variables["caller-application-id"] : "";
    var subscription = (string)variables["caller-identity-provider"] == ${quote(KEY_ONLY_PROVIDER)} ? context.Subscription.Id : "";
    var team = new JArray(
      ${quote(policyVersion)},
      context.Product.Id,
      (string)variables["caller-identity-provider"],
      string.Join(" ", roles),
      agent,
      subscription,
      context.Request.Method,
      context.Request.OriginalUrl.Path).ToString(Newtonsoft.Json.Formatting.None);
    var body = context.Request.Body.As&lt;byte[]>(preserveContent: true);
    var sha256 = SHA256.Create();
    return "prediction/"
      + Convert.ToBase64String(sha256.ComputeHash(Encoding.UTF8.GetBytes(team))) + "/"
      + Convert.ToBase64String(sha256.ComputeHash(body));
  }'
/>`;
}

/** Traces the audit record, with the fields of the function app's record that the edge knows. */
function record(policyVersion: string): string {
  const variable = (name: string) => `(string)context.Variables["${name}"]`;
  const fields: readonly [keyof FlatRecord | 'recordedBy', string][] = [
    ['recordedBy', '"edge"'],
    ['version', '"1"'],
    ['id', 'context.Timestamp.ToString("yyyyMMddTHHmmssfffZ") + "-" + context.RequestId.ToString()'],
    ['requestId', 'context.RequestId.ToString()'],
    ['time', 'context.Timestamp.ToString("yyyy-MM-ddTHH:mm:ss.fffZ")'],
    ['outcome', '"answered"'],
    ['servedFrom', '"cache"'],
    ['decision', '"allow"'],
    ['rule', '"edge/serve-from-cache"'],
    ['code', '""'],
    ['status', '"200"'],
    ['policyVersion', quote(policyVersion)],
    ['identityProvider', variable('caller-identity-provider')],
    ['tenantId', variable('caller-tenant-id')],
    ['objectId', variable('caller-object-id')],
    ['applicationId', variable('caller-application-id')],
    ['roles', variable('caller-roles')],
    ['isDelegated', variable('caller-delegated')],
    ['subscriptionId', 'context.Subscription.Id'],
    ['productId', 'context.Product.Id'],
    ['dialect', '"vertex"'],
    ['method', 'context.Request.Method'],
    ['project', variable('cached-project')],
    ['location', 'context.Request.MatchedParameters.GetValueOrDefault("location", "")'],
    ['gen_ai.provider.name', '"gcp.vertex_ai"'],
    ['publisher', variable('cached-publisher')],
    ['gen_ai.request.model', variable('cached-model')],
    ['endpoint', variable('cached-endpoint')],
    ['operation', operationName()],
  ];
  return [
    '<trace source="audit" severity="information">',
    '  <message>Edge answered from its cache</message>',
    ...fields.map(([name, value]) => `  <metadata name="${name}" value='@(${value})' />`),
    '</trace>',
  ].join('\n');
}

/** An expression for the operation's name, as the function app records it. */
function operationName(): string {
  const cases = Object.entries(OPERATION_IDS).map(
    ([operation, id]) =>
      `context.Operation.Id.Replace("-anywhere", "").EndsWith(${quote(`-${id}`)}) ? ${quote(operation)} : `,
  );
  return `${cases.join('')}""`;
}

function answer(policyVersion: string): string {
  const headers: readonly [string, string][] = [
    ['content-type', 'application/json'],
    ['x-request-id', '@(context.RequestId.ToString())'],
    ['request-id', '@(context.RequestId.ToString())'],
    ['x-policy-version', policyVersion],
    ['x-gateway-cache', 'hit'],
    ['strict-transport-security', 'max-age=31536000; includeSubDomains'],
    ['x-content-type-options', 'nosniff'],
    ['cache-control', 'no-store'],
  ];
  return [
    '<return-response>',
    '  <set-status code="200" reason="OK" />',
    ...headers.map(
      ([name, value]) =>
        `  <set-header name="${name}" exists-action="override">\n    <value>${value}</value>\n  </set-header>`,
    ),
    ...['requests', 'tokens'].flatMap(limitHeaders),
    '  <set-body>@((string)context.Variables["cached-answer"])</set-body>',
    '</return-response>',
  ].join('\n');
}

/** Sets the same headers as the fragment tell-limits. A header without a value is deleted, because return-response has no conditions. */
function limitHeaders(what: string): string[] {
  const action = `@(context.Variables.ContainsKey("remaining-${what}") ? "override" : "delete")`;
  return ['limit', 'remaining'].map(
    (fact) =>
      `  <set-header name="x-ratelimit-${fact}-${what}" exists-action='${action}'>\n` +
      `    <value>@(context.Variables.ContainsKey("remaining-${what}") ? context.Variables["${fact}-${what}"].ToString() : "")</value>\n` +
      '  </set-header>',
  );
}
