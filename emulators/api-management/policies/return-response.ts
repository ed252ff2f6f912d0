import type { PolicyElement } from '../documents/policy-element.ts';
import { ExchangeResponse } from '../engine/exchange-response.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { SECTIONS } from './policy.ts';
import type { PolicyDefinition } from './policy.ts';
import { compileBody, SET_BODY_RULE } from './set-body.ts';
import { compileHeaderChange, SET_HEADER_RULE } from './set-header.ts';
import { compileStatusChange, SET_STATUS_RULE } from './set-status.ts';

/** Expressions within it still see the response before it. https://learn.microsoft.com/azure/api-management/return-response-policy */
export const returnResponse: PolicyDefinition = {
  name: 'return-response',
  sections: SECTIONS,
  children: { 'set-status': SET_STATUS_RULE, 'set-header': SET_HEADER_RULE, 'set-body': SET_BODY_RULE },
  compile: (element, compiler) => {
    const changes = element.children.map((child) => compileChange(child, compiler));
    return (exchange) => {
      const response = new ExchangeResponse(200);
      for (const change of changes) change(exchange, response);
      exchange.response?.body.discard();
      exchange.response = response;
      exchange.ended = true;
      return undefined;
    };
  },
};

function compileChange(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (exchange: Exchange, response: ExchangeResponse) => void {
  if (element.name === 'set-status') return compileStatusChange(element, compiler);
  if (element.name === 'set-header') {
    const change = compileHeaderChange(element, compiler);
    return (exchange, response) => change(exchange, response.headers);
  }
  const body = compileBody(element, compiler);
  return (exchange, response) => response.body.replace(body(exchange));
}
