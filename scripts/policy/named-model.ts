import type { CatalogEntry } from '../../src/governance/documents.ts';
import { keysOf } from '../../src/governance/find-entries.ts';
import { quote } from './policy-text.ts';
import type { Tier } from './tier.ts';

/**
 * A longer body is not read in an expression: it would take too much memory. The v2 tiers buffer no more than their bound.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#limits---api-management-v2-tiers
 */
const READABLE_IN_BYTES: Readonly<Record<Tier, number>> = { classic: 4_194_304, v2: 2_097_152 };

/** A longer body is searched as text instead of parsed: parsing takes about fifty bytes of memory for each of its bytes. */
const PARSED_IN_BYTES = 65_536;
/** The most occurrences of `"model"` that are examined in a body that is searched. */
const MAXIMUM_MENTIONS = 64;
/** The number of characters examined after each occurrence. */
const EXAMINED_CHARACTERS = 512;

/**
 * Statements that set `inPath` to the model or endpoint in a call's path, as its key in the function app's table of names;
 * empty where the body names it. The segments of a path are decoded once, as in the function app; a segment that is still
 * encoded then becomes `*`.
 */
const NAME_IN_PATH = [
  'var parameters = context.Request.MatchedParameters;',
  'var template = context.Operation == null ? "" : context.Operation.UrlTemplate;',
  'var endpoint = parameters.GetValueOrDefault("endpoint", "");',
  'var publisher = parameters.GetValueOrDefault("publisher", "");',
  'var model = parameters.GetValueOrDefault("model", "");',
  'var isCount = publisher == "anthropic" &amp;&amp; model == "count-tokens" &amp;&amp; template.EndsWith(":rawPredict");',
  'if (endpoint == "openapi" &amp;&amp; template.EndsWith("/chat/completions")) { endpoint = ""; }',
  'var inPath = endpoint != "" ? "endpoints/" + endpoint',
  '  : model != "" &amp;&amp; !isCount ? "publishers/" + publisher + "/models/" + model : "";',
  'if (inPath.Contains("%")) { inPath = "*"; }',
];

/**
 * Statements that return the key of the name in `named`, in every form that the function app reads (`read-model-name.ts`).
 * A text of another form becomes `*`, which counts as every entry.
 */
const KEY_OF_NAMED = [
  'named = Regex.Replace(named, "\\\\Aprojects/[^/]+/locations/[^/]+/", "");',
  'if (named == "") { return ""; }',
  'if (!Regex.IsMatch(named, "\\\\A[A-Za-z0-9._@-]+(/[A-Za-z0-9._@-]+){0,3}\\\\z")) { return "*"; }',
  'var parts = named.Split("/".ToCharArray());',
  'if (parts.Length == 2 &amp;&amp; parts[0] == "models") { parts = new[] { parts[1] }; }',
  'if (parts.Length == 1) {',
  '  return isCount || context.Api.Path == "anthropic" ? "publishers/anthropic/models/" + parts[0] : parts[0];',
  '}',
  'return parts.Length == 2 &amp;&amp; parts[0] != "endpoints" ? "publishers/" + parts[0] + "/models/" + parts[1] : named;',
];

/**
 * Sets the variable named-model to the model or endpoint that a call names, in its path or else in `model` of its body: the
 * key in the function app's table of names, without project and location. It is empty for a call that names none. It is `*`
 * where the name can't be known: the body is too long, has no Content-Length, or has several texts named `model`. Such a
 * call could name any entry, so it counts for each.
 *
 * A body that is long, or that API Management can't parse, is searched for texts after `"model":` at any depth. Only
 * escaped letters could spell the member in another way, and a body with such escapes becomes `*`. The body is read as
 * UTF-8 whatever its content type, as in the function app.
 */
export function setNamedModel(tier: Tier): string[] {
  const statements = [
    ...NAME_IN_PATH,
    'if (inPath != "") { return inPath; }',
    'if (context.Request.Method != "POST" || context.Api.Path == "gateway") { return ""; }',
    'var length = 0;',
    'if (!int.TryParse(context.Request.Headers.GetValueOrDefault("Content-Length", ""), out length)) { return "*"; }',
    `if (length > ${READABLE_IN_BYTES[tier]}) { return "*"; }`,
    'var text = Encoding.UTF8.GetString(context.Request.Body.As&lt;byte[]>(preserveContent: true));',
    'string named = null;',
    `if (${PARSED_IN_BYTES} >= length) {`,
    '  try {',
    '    var token = JObject.Parse(text)["model"];',
    '    named = token == null ? "" : (string)token;',
    '  } catch (Exception) { }',
    '}',
    'if (named == null) {',
    '  named = "";',
    // Escapes of U+0060 to U+006F, which include the letters of the name.
    '  if (text.Contains("\\\\u006")) { return "*"; }',
    `  var pieces = text.Split(new[] { "\\"model\\"" }, ${MAXIMUM_MENTIONS + 2}, StringSplitOptions.None);`,
    `  if (pieces.Length > ${MAXIMUM_MENTIONS + 1}) { return "*"; }`,
    '  foreach (var piece in pieces.Skip(1)) {',
    `    var start = piece.Length > ${EXAMINED_CHARACTERS} ? piece.Substring(0, ${EXAMINED_CHARACTERS}) : piece;`,
    // Here "model" is a text itself, or a member whose value is not a text.
    '    if (Regex.IsMatch(start, "\\\\A\\\\s*([^:\\\\s]|:\\\\s*[^\\"\\\\s])")) { continue; }',
    '    var value = Regex.Match(start, "\\\\A\\\\s*:\\\\s*\\"([^\\"\\\\\\\\]*)\\"");',
    '    if (!value.Success || (named != "" &amp;&amp; named != value.Groups[1].Value)) { return "*"; }',
    '    named = value.Groups[1].Value;',
    '  }',
    '}',
    ...KEY_OF_NAMED,
  ];
  return [
    '<set-variable',
    '  name="named-model"',
    "  value='@{",
    ...statements.map((statement) => `    ${statement}`),
    "  }'",
    '/>',
  ];
}

/** Statements that return true where named-model is the entry, or could be. */
export function isNamed(entry: CatalogEntry): string[] {
  const names = [...keysOf(entry), '*'];
  return [
    `return new[] { ${names.map(quote).join(', ')} }.Contains((string)context.Variables["named-model"]);`,
  ];
}

/** Statements that return true where a call's path names the entry. A name in a body is not considered. */
export function isNamedInPath(entry: CatalogEntry): string[] {
  return [...NAME_IN_PATH, `return new[] { ${keysOf(entry).map(quote).join(', ')} }.Contains(inPath);`];
}
