import type { PolicyDefinition } from './policy.ts';
import { ACTIONS, readAction, requireValue } from './set-header.ts';

/** https://learn.microsoft.com/azure/api-management/set-query-parameter-policy */
export const setQueryParameter: PolicyDefinition = {
  name: 'set-query-parameter',
  sections: ['inbound', 'backend'],
  attributes: {
    name: { required: true },
    'exists-action': { oneOf: ACTIONS },
  },
  children: { value: { holds: 'text' } },
  compile: (element, compiler) => {
    const name = compiler.requiredValue(element, 'name');
    const action = compiler.value(element, 'exists-action');
    requireValue(element, action);
    const values = element.children.map((child) => compiler.compileText(child.text, child.name));
    return (exchange) => {
      const { url } = exchange.request;
      const parameter = name.text(exchange).trim();
      const chosen = readAction(action, exchange);
      const parts = url.queryString === '' ? [] : url.queryString.slice(1).split('&');
      const others = parts.filter((part) => nameOf(part) !== parameter.toLowerCase());
      const exists = others.length < parts.length;
      if (exists ? chosen === 'skip' : chosen === 'delete') return undefined;
      const kept = chosen === 'append' ? parts : others;
      const added =
        chosen === 'delete' ? [] : values.map((value) => encode(parameter, value.text(exchange).trim()));
      const query = [...kept, ...added].join('&');
      exchange.request.url = url.at(url.path, query === '' ? '' : `?${query}`);
      return undefined;
    };
  },
};

function nameOf(part: string): string {
  const [[name] = ['']] = [...new URLSearchParams(part)];
  return name.toLowerCase();
}

function encode(name: string, value: string): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
}
