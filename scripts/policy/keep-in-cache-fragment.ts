import { writeHeader } from './policy-text.ts';
import type { GeneratedFile } from './write-schemas.ts';

/** What is longer is not kept; it is not read here either, so that it is passed on as it arrives. */
const MAXIMUM_ANSWER_BYTES = 262_144;

/**
 * The fragment that keeps a whole answer of the function app, for `serveFromCache`. An answer that doesn't tell its length
 * could be any: it isn't read here.
 */
export function keepInCacheFragment(policyVersion: string): GeneratedFile {
  const header = writeHeader(
    'governance/catalog.yaml',
    'Keeps what the function app answered, where the policy of the API found that it may be kept. Only an answer that was',
    'decided on under the policies that this was derived from is: while a change is rolled out, nothing is. One that does',
    'not tell its length is passed on as it arrives; so is one that is encoded, for some callers only.',
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
      if (1 > length || length > ${MAXIMUM_ANSWER_BYTES} || headers.ContainsKey("Content-Encoding")) { return false; }
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
