import type { Catalog } from '../../src/governance/documents.ts';
import { indent, writeHeader } from './policy-text.ts';
import { serveFromCache } from './serve-from-cache.ts';
import type { GeneratedFile } from './write-schemas.ts';

const ABOUT_LOOKUPS = [
  'Before, an answer is looked for that was kept for the same team, path and body under the same policies, and given',
  'again. That stands behind authentication, limits and residency: a hit counts as a call, and is on record as one.',
  'cache-seconds is 0 for a call whose answer is not to be kept. Whoever sends cache-control: no-cache is answered by',
  'the model.',
];

/** Derives the policy of the native API. The edge can cache its answers, because the path names the model. */
export function vertexPolicy(catalog: Catalog, policyVersion: string): GeneratedFile {
  const lookups = serveFromCache(catalog, policyVersion);
  const header = writeHeader(
    'governance/catalog.yaml',
    'API scope: the caller’s identity and API Management’s own token are stamped on the call for the function app.',
    ...(lookups.length > 0 ? ABOUT_LOOKUPS : []),
  );
  const served = [
    '<include-fragment fragment-id="residency" />',
    '<choose>',
    `  <when condition='@((string)context.Variables["residency-denial"] != "")'>`,
    '    <include-fragment fragment-id="record-denial" />',
    '    <include-fragment fragment-id="error-in-dialect" />',
    '  </when>',
    '</choose>',
    ...lookups,
    '<set-backend-service backend-id="vertex" />',
    '<include-fragment fragment-id="stamp-identity" />',
  ].join('\n');
  return {
    path: 'apim/apis/vertex/policy.xml',
    text: `${header}<policies>
  <inbound>
    <base />
    <choose>
      <when condition="@(context.Subscription != null)">
${indent(served, 8)}
      </when>
    </choose>
  </inbound>
  <backend>
    <base />
  </backend>
  <outbound>
    <base />
    <include-fragment fragment-id="keep-in-cache" />
  </outbound>
  <on-error>
    <base />
  </on-error>
</policies>
`,
  };
}
