import type { PolicyElement } from '../documents/policy-element.ts';
import { ExchangeResponse } from '../engine/exchange-response.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import { ResponseBody } from '../engine/response-body.ts';
import { SECTIONS } from './policy.ts';
import type { PolicyDefinition } from './policy.ts';
import { compileBody, SET_BODY_RULE } from './set-body.ts';
import { compileHeaderChange, SET_HEADER_RULE } from './set-header.ts';
import { compileStatusChange, SET_STATUS_RULE } from './set-status.ts';

/** Expressions within it still see the response before it. https://learn.microsoft.com/azure/api-management/return-response-policy */
export const returnResponse: PolicyDefinition = {
  name: 'return-response',
  sections: SECTIONS,
  attributes: { 'response-variable-name': { literal: true } },
  children: { 'set-status': SET_STATUS_RULE, 'set-header': SET_HEADER_RULE, 'set-body': SET_BODY_RULE },
  compile: (element, compiler) => {
    const changes = element.children.map((child) => compileChange(child, compiler));
    const variable = compiler.literal(element, 'response-variable-name');
    return (exchange) => {
      const response = variable === undefined ? new ExchangeResponse(200) : copyResponse(exchange, variable);
      for (const change of changes) change(exchange, response);
      exchange.response?.body.discard();
      exchange.response = response;
      exchange.ended = true;
      return undefined;
    };
  },
};

/** Copies the response that send-request put into a variable. @throws {PolicyFailure} for any other value. */
function copyResponse({ variables }: Exchange, variable: string): ExchangeResponse {
  const found = variables.get(variable);
  if (!(found instanceof ExchangeResponse))
    throw new PolicyFailure({
      reason: 'InternalError',
      message: `The variable "${variable}" holds no response.`,
      status: 500,
    });
  const bytes = found.body.read(true);
  const body = new ResponseBody(bytes && Buffer.from(bytes));
  return new ExchangeResponse(found.statusCode, new Map(found.headers), body, found.statusReason);
}

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
