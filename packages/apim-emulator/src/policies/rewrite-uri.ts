import type { Exchange } from '../engine/exchange.ts';
import { escapeAddress } from '../engine/message-url.ts';
import { queryParametersOf } from '../engine/template-parameters.ts';
import type { PolicyDefinition } from './policy.ts';
import { isTrue } from './rate-limit-by-key.ts';

const PARAMETER = /\{([^{}]+)\}/g;

/**
 * A template has the parameters of the operation's own; what it makes of the query is added to the parameters of the
 * request that are none of them.
 * Source: https://learn.microsoft.com/azure/api-management/rewrite-uri-policy
 */
export const rewriteUri: PolicyDefinition = {
  name: 'rewrite-uri',
  sections: ['inbound'],
  attributes: { template: { required: true }, 'copy-unmatched-params': { oneOf: ['true', 'false'] } },
  compile: (element, compiler) => {
    const template = compiler.requiredValue(element, 'template');
    const copies = compiler.condition(element, 'copy-unmatched-params');
    const { templateParameters } = compiler.place;
    for (const [, name = ''] of (template.literal ?? '').matchAll(PARAMETER)) {
      // As the product says: "Only parameters specified in the original URL template can be used in the rewrite template".
      if (templateParameters.has(name)) continue;
      const known = [...templateParameters].join(', ') || 'none';
      compiler.refuse(
        element,
        'template',
        `has the parameter "${name}", which no URL template has; known: ${known}.`,
      );
    }
    return (exchange) => {
      const matched = matchedParameters(exchange);
      const [path, query] = split(fillIn(escapeAddress(template.text(exchange).trim()), exchange, matched));
      const kept = copies && !isTrue(copies, exchange) ? '' : unmatchedQuery(exchange, matched);
      const queryString = [query, kept].filter((part) => part !== '').join('&');
      const absolute = path.startsWith('/') ? path : `/${path}`;
      exchange.request.url = exchange.request.url.at(absolute, queryString === '' ? '' : `?${queryString}`);
      return undefined;
    };
  },
};

/** The query parameters of the request that its operation's URL template has, percent-encoded as they came. */
function matchedParameters({ contract, request }: Exchange): Map<string, string> {
  const names = contract ? queryParametersOf(contract) : [];
  const matched = new Map<string, string>();
  if (names.length === 0) return matched;
  for (const part of partsOf(request.url.queryString)) {
    const name = nameOf(part);
    if (names.includes(name) && !matched.has(name)) matched.set(name, part.split('=').slice(1).join('='));
  }
  return matched;
}

function fillIn(template: string, { rawParameters }: Exchange, matched: ReadonlyMap<string, string>): string {
  return template.replace(
    PARAMETER,
    (whole, name: string) => rawParameters.get(name) ?? matched.get(name) ?? whole,
  );
}

function unmatchedQuery({ request }: Exchange, matched: ReadonlyMap<string, string>): string {
  const { queryString } = request.url;
  if (matched.size === 0) return queryString.slice(1);
  return partsOf(queryString)
    .filter((part) => !matched.has(nameOf(part)))
    .join('&');
}

function partsOf(queryString: string): string[] {
  return queryString === '' ? [] : queryString.slice(1).split('&');
}

function nameOf(part: string): string {
  const [[name] = ['']] = [...new URLSearchParams(part)];
  return name;
}

function split(uri: string): [string, string] {
  const at = uri.indexOf('?');
  return at < 0 ? [uri, ''] : [uri.slice(0, at), uri.slice(at + 1)];
}
