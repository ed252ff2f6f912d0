import type { CatalogEntry } from '../../src/governance/documents.ts';
import { keysOf } from '../../src/governance/model-names.ts';
import { quote } from './policy-text.ts';
import type { Tier } from './tier.ts';

/**
 * A longer body is not parsed here, for that takes more memory than an expression has; the v2 tiers buffer no more.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#limits---api-management-v2-tiers
 */
const READABLE_IN_BYTES: Readonly<Record<Tier, number>> = { classic: 4_194_304, v2: 2_097_152 };

/** A longer body is not made JSON of: that takes some hundred bytes of memory for every two of it. */
const PARSED_IN_BYTES = 65_536;
/** How often `"model"` may stand in a longer one. */
const MAXIMUM_MENTIONS = 64;
/** What stands behind the name of a member is looked at so far. */
const LOOKED_AT = 512;

/**
 * Statements that set inPath to what a call's path names, by its key in the function app's table of names; empty where
 * the body names it. The parts of a path are decoded once, here as there; one with something left to decode is `*`.
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
 * Statements that return the key of the name in `named`, in every spelling that the function app reads
 * (`read-model-name.ts`). What has not the form of a name is `*`: it counts as the strictest, whatever it is.
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
 * Sets named-model to what a call names: by its path, else by `model` of its body, as the key that it has in the function
 * app's table of names, without project and location. Empty where it names nothing; `*` where what it names can't be
 * known, since the body is too long to be read, doesn't say how long it is, or has several texts by the name of `model`:
 * such a call could name any entry, so it counts for each.
 *
 * A body that is long, or no JSON to API Management, is looked through for the texts behind `"model":`, wherever they stand.
 * The function app takes no other spelling of that name for it that would escape this but one with its letters escaped.
 * It reads UTF-8, whatever the content type says, and so it is read here.
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
    // The letters of the name, and some others: U+0060 to U+006F.
    '  if (text.Contains("\\\\u006")) { return "*"; }',
    `  var pieces = text.Split(new[] { "\\"model\\"" }, ${MAXIMUM_MENTIONS + 2}, StringSplitOptions.None);`,
    `  if (pieces.Length > ${MAXIMUM_MENTIONS + 1}) { return "*"; }`,
    '  foreach (var piece in pieces.Skip(1)) {',
    `    var start = piece.Length > ${LOOKED_AT} ? piece.Substring(0, ${LOOKED_AT}) : piece;`,
    // A text that is "model", or a member whose value is none.
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

/** Statements that return whether named-model is an entry, or could be. */
export function isNamed(entry: CatalogEntry): string[] {
  const names = [...keysOf(entry), '*'];
  return [
    `return new[] { ${names.map(quote).join(', ')} }.Contains((string)context.Variables["named-model"]);`,
  ];
}

/** Statements that return whether a call's path names an entry. A model that is named in a body is not seen here. */
export function isNamedInPath(entry: CatalogEntry): string[] {
  return [...NAME_IN_PATH, `return new[] { ${keysOf(entry).map(quote).join(', ')} }.Contains(inPath);`];
}
