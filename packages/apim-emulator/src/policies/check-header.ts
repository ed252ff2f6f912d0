import type { Exchange } from '../engine/exchange.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyDefinition } from './policy.ts';
import { isTrue } from './rate-limit-by-key.ts';
import { readStatusCode } from './set-status.ts';

/**
 * A header that a request must have, with one of the values where any are listed. A header that is sent several times
 * has to have a value that is allowed each time.
 * Source: https://learn.microsoft.com/azure/api-management/check-header-policy
 */
export const checkHeader: PolicyDefinition = {
  name: 'check-header',
  sections: ['inbound'],
  attributes: {
    name: { required: true },
    'failed-check-httpcode': { required: true },
    'failed-check-error-message': { required: true },
    'ignore-case': { required: true, oneOf: ['true', 'false'] },
  },
  children: { value: { holds: 'text' } },
  compile: (element, compiler) => {
    const name = compiler.requiredValue(element, 'name');
    const status = compiler.requiredCount(element, 'failed-check-httpcode', 200, 599);
    const answer = compiler.requiredValue(element, 'failed-check-error-message');
    const ignoreCase = compiler.requiredCondition(element, 'ignore-case');
    const allowed = element.children.map((child) => compiler.compileText(child.text, child.name));

    const refuse = (exchange: Exchange, reason: string, message: string): never => {
      throw new PolicyFailure({
        reason,
        message: `${message} Access denied.`,
        status: readStatusCode(status, exchange),
        answer: answer.text(exchange),
      });
    };
    return (exchange) => {
      const header = name.text(exchange).trim();
      const values = (exchange.request.headers.get(header.toLowerCase())?.values ?? []).filter(
        (value) => value !== '',
      );
      if (values.length === 0)
        refuse(exchange, 'HeaderNotFound', `Header ${header} was not found in the request.`);
      if (allowed.length === 0) return undefined;
      const fold = isTrue(ignoreCase, exchange) ? toLowerCase : asItIs;
      const accepted = new Set(allowed.map((value) => fold(value.text(exchange).trim())));
      const other = values.find((value) => !accepted.has(fold(value)));
      if (other !== undefined)
        refuse(exchange, 'HeaderValueNotAllowed', `Header ${header} value of ${other} is not allowed.`);
      return undefined;
    };
  },
};

function toLowerCase(value: string): string {
  return value.toLowerCase();
}

function asItIs(value: string): string {
  return value;
}
