import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { textOf } from '@vertex-ai-gateway/csharp-expressions/compile';
import type { ElementRule, PolicyDefinition } from './policy.ts';

/** The attributes and content of `set-body`. */
export const SET_BODY_RULE: ElementRule = {
  attributes: { template: { literal: true, oneOf: ['none'] } },
  holds: 'text',
};

/** Literal text or an expression; no Liquid. https://learn.microsoft.com/azure/api-management/set-body-policy */
export const setBody: PolicyDefinition = {
  name: 'set-body',
  sections: ['inbound', 'backend', 'outbound'],
  ...SET_BODY_RULE,
  compile: (element, compiler) => {
    const body = compileBody(element, compiler);
    const onRequest = compiler.place.section !== 'outbound';
    return (exchange) => {
      const message = onRequest ? exchange.request : exchange.response;
      message?.body.replace(body(exchange));
      return undefined;
    };
  },
};

/** Compiles what a body is set to: a text in UTF-8, or bytes as they are. */
export function compileBody(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (exchange: Exchange) => Buffer {
  const content = compiler.compileText(element.text, element.name);
  return (exchange) => {
    const value = content.evaluate(exchange);
    return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(textOf(value), 'utf8');
  };
}
