import { STATUS_CODES } from 'node:http';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { ExchangeResponse } from '../engine/exchange-response.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import { SECTIONS } from './policy.ts';
import type { ElementRule, PolicyDefinition } from './policy.ts';

/** https://www.rfc-editor.org/rfc/rfc9112#section-4 */
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The attributes of `set-status`. */
export const SET_STATUS_RULE: ElementRule = { attributes: { code: { required: true }, reason: {} } };

/** https://learn.microsoft.com/azure/api-management/set-status-policy */
export const setStatus: PolicyDefinition = {
  name: 'set-status',
  sections: SECTIONS,
  ...SET_STATUS_RULE,
  compile: (element, compiler) => {
    const change = compileStatusChange(element, compiler);
    return (exchange) => {
      if (exchange.response) change(exchange, exchange.response);
      return undefined;
    };
  },
};

/** Compiles a change of the status line. */
export function compileStatusChange(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (exchange: Exchange, response: ExchangeResponse) => void {
  const code = compiler.requiredCount(element, 'code', 200, 599);
  const reason = compiler.value(element, 'reason');
  if (reason?.literal !== undefined && !REASON.test(reason.literal))
    compiler.refuse(element, 'reason', 'has characters that no status line can have.');
  return (exchange, response) => {
    const status = readStatusCode(code, exchange);
    response.statusCode = status;
    response.statusReason = readReason(reason, exchange) ?? STATUS_CODES[status] ?? '';
  };
}

function readReason(value: PolicyValue | undefined, exchange: Exchange): string | undefined {
  const reason = value?.line(exchange);
  if (reason === undefined || REASON.test(reason)) return reason;
  throw new PolicyFailure({
    reason: 'InternalError',
    message: 'The reason has characters that no status line can have.',
    status: 500,
  });
}

/** Reads the status code that a policy answers with. @throws {PolicyFailure} for what is none from 200 to 599. */
export function readStatusCode(value: PolicyValue, exchange: Exchange): number {
  const status = Number(value.text(exchange));
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw new PolicyFailure({ reason: 'InternalError', message: 'The status code is not valid.', status: 500 });
}
