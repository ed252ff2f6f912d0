import type { CatalogEntry } from '../../src/governance/documents.ts';
import { keysOf } from '../../src/governance/rule-index.ts';
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
 * Sets named-model to what a call names: by its path, else by `model` of its body, without project and location. Empty
 * where it names nothing; `*` where what it names can't be known, since the body is too long to be read, doesn't say how
 * long it is, or has several texts by the name of `model`: such a call could name any entry, so it counts for each.
 *
 * A body that is long, or no JSON to API Management, is looked through for the texts behind `"model":`, wherever they stand.
 * The function app takes no other spelling of that name for it that would escape this but one with its letters escaped.
 */
export function setNamedModel(tier: Tier): string[] {
  return [
    '<set-variable',
    '  name="named-model"',
    "  value='@{",
    '    var parameters = context.Request.MatchedParameters;',
    '    var endpoint = parameters.GetValueOrDefault("endpoint", "");',
    '    if (endpoint != "" &amp;&amp; endpoint != "openapi") { return "endpoints/" + endpoint; }',
    '    var model = parameters.GetValueOrDefault("model", "");',
    '    if (model != "" &amp;&amp; model != "count-tokens") {',
    '      return "publishers/" + parameters.GetValueOrDefault("publisher", "") + "/models/" + model;',
    '    }',
    '    if (context.Request.Method != "POST" || context.Api.Path == "gateway") { return ""; }',
    '    var length = 0;',
    '    if (!int.TryParse(context.Request.Headers.GetValueOrDefault("Content-Length", ""), out length)) { return "*"; }',
    `    if (length > ${READABLE_IN_BYTES[tier]}) { return "*"; }`,
    '    var prefix = "^(projects/[^/]+/locations/[^/]+/)?(models/)?";',
    `    if (${PARSED_IN_BYTES} >= length) {`,
    '      try {',
    '        var token = context.Request.Body.As&lt;JObject>(preserveContent: true)["model"];',
    '        return token == null ? "" : Regex.Replace((string)token, prefix, "");',
    '      } catch (Exception) { }',
    '    }',
    '    var text = Encoding.UTF8.GetString(context.Request.Body.As&lt;byte[]>(preserveContent: true));',
    // The letters of the name, and some others: U+0060 to U+006F.
    '    if (text.Contains("\\\\u006")) { return "*"; }',
    `    var pieces = text.Split(new[] { "\\"model\\"" }, ${MAXIMUM_MENTIONS + 2}, StringSplitOptions.None);`,
    `    if (pieces.Length > ${MAXIMUM_MENTIONS + 1}) { return "*"; }`,
    '    var named = "";',
    '    foreach (var piece in pieces.Skip(1)) {',
    `      var start = piece.Length > ${LOOKED_AT} ? piece.Substring(0, ${LOOKED_AT}) : piece;`,
    // A text that is "model", or a member whose value is none.
    '      if (Regex.IsMatch(start, "\\\\A\\\\s*([^:\\\\s]|:\\\\s*[^\\"\\\\s])")) { continue; }',
    '      var value = Regex.Match(start, "\\\\A\\\\s*:\\\\s*\\"([^\\"\\\\\\\\]*)\\"");',
    '      if (!value.Success || (named != "" &amp;&amp; named != value.Groups[1].Value)) { return "*"; }',
    '      named = value.Groups[1].Value;',
    '    }',
    '    return Regex.Replace(named, prefix, "");',
    "  }'",
    '/>',
  ];
}

/** Statements that return whether named-model is an entry, under any name that a path or a body can give it. */
export function isNamed(entry: CatalogEntry): string[] {
  const models = 'publisher' in entry ? [entry.model, entry.name, entry.alias ?? entry.name] : [];
  const publisher = 'publisher' in entry ? entry.publisher : '';
  const inBodies = models.flatMap((model) => [model, `${publisher}/${model}`]);
  const names = [...new Set([...keysOf(entry), ...inBodies, '*'])];
  return [
    `return new[] { ${names.map(quote).join(', ')} }.Contains((string)context.Variables["named-model"]);`,
  ];
}
