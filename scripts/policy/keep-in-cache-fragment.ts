import { writeHeader } from './policy-text.ts';
import type { GeneratedFile } from './write-schemas.ts';

/** A longer answer is neither read nor cached: it streams through. */
const MAXIMUM_ANSWER_BYTES = 262_144;

/**
 * Derives the fragment that caches an answer of the function app for `serveFromCache`. An answer without a Content-Length
 * could have any length and is not read.
 */
export function keepInCacheFragment(policyVersion: string): GeneratedFile {
  const header = writeHeader(
    'governance/catalog.yaml',
    'Caches an answer of the function app, where the policy of the API found the call cacheable. The answer must come from',
    'the same policy version: nothing is cached while a change is rolled out. An answer without a length or with an',
    'encoding streams through. An answer of a model that retires soon is not cached, so that none outlives the model.',
  );
  return {
    path: 'apim/policy-fragments/keep-in-cache/policy.xml',
    text: `${header}<fragment>
  <choose>
    <when condition='@{
      if (context.Variables.GetValueOrDefault&lt;int>("cache-seconds", 0) == 0) { return false; }
      if (context.Response.StatusCode != 200 || context.Variables.ContainsKey("error-code")) { return false; }
      var headers = context.Response.Headers;
      var length = 0;
      if (!int.TryParse(headers.GetValueOrDefault("Content-Length", ""), out length)) { return false; }
      if (1 > length || length > ${MAXIMUM_ANSWER_BYTES} || headers.ContainsKey("Content-Encoding") || headers.ContainsKey("Sunset")) { return false; }
      return headers.GetValueOrDefault("Content-Type", "").StartsWith("application/json")
        &amp;&amp; headers.GetValueOrDefault("x-policy-version", "") == "${policyVersion}";
    }'>
      <cache-store-value
        key='@((string)context.Variables["cache-key"])'
        value='@(context.Response.Body.As&lt;string>(preserveContent: true))'
        duration='@((int)context.Variables["cache-seconds"])'
        caching-type="internal"
      />
      <set-header name="x-gateway-cache" exists-action="override">
        <value>miss</value>
      </set-header>
    </when>
  </choose>
</fragment>
`,
  };
}
