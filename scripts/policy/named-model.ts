import type { CatalogEntry } from '../../src/governance/documents.ts';
import { keysOf } from '../../src/governance/rule-index.ts';
import { quote } from './policy-text.ts';
import type { Tier } from './tier.ts';

/**
 * A longer body is not parsed here, for that takes more memory than an expression has; the v2 tiers buffer no more.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#limits---api-management-v2-tiers
 */
const READABLE_IN_BYTES: Readonly<Record<Tier, number>> = { classic: 4_194_304, v2: 2_097_152 };

/**
 * Sets named-model to what a call names: by its path, else by `model` of its body, without project and location. Empty
 * where it names nothing, or where the body is no JSON, which the function app refuses; `*` where the body is too long
 * to be read, or does not say how long it is: such a call could name any entry, so it counts for each.
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
    '    try {',
    '      var named = (string)context.Request.Body.As&lt;JObject>(preserveContent: true)["model"];',
    '      return Regex.Replace(named, "^(projects/[^/]+/locations/[^/]+/)?(models/)?", "");',
    '    } catch (Exception) {',
    '      return "";',
    '    }',
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
