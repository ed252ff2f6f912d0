import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { ElementRule, PolicyDefinition } from './policy.ts';

/** RFC 9110, section 9.1: a method is a token. CONNECT asks for a tunnel, which a gateway doesn't dig. */
const METHOD = /^(?!CONNECT$)[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The content of `set-method`. */
export const SET_METHOD_RULE: ElementRule = { holds: 'text' };

/** https://learn.microsoft.com/azure/api-management/set-method-policy */
export const setMethod: PolicyDefinition = {
  name: 'set-method',
  sections: ['inbound', 'on-error'],
  ...SET_METHOD_RULE,
  compile: (element, compiler) => {
    const method = compileMethod(element, compiler);
    return (exchange) => {
      exchange.request.method = method(exchange);
      return undefined;
    };
  },
};

/** Compiles the method that a request gets. */
export function compileMethod(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (exchange: Exchange) => string {
  const text = compiler.compileText(element.text, element.name);
  if (text.literal !== undefined && !METHOD.test(text.literal.trim()))
    throw new PolicyDocumentError(element.text.position, element.name, 'needs the name of a method.');
  return (exchange) => {
    const method = text.text(exchange).trim();
    if (METHOD.test(method)) return method;
    throw new PolicyFailure({
      reason: 'InternalError',
      message: 'The method has no valid name.',
      status: 500,
    });
  };
}
