import { BlockList, isIP } from 'node:net';
import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement, Position } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import type { PolicyDefinition } from './policy.ts';

/** https://learn.microsoft.com/azure/api-management/ip-filter-policy */
export const ipFilter: PolicyDefinition = {
  name: 'ip-filter',
  sections: ['inbound'],
  attributes: { action: { required: true, oneOf: ['allow', 'forbid'] } },
  children: {
    address: { holds: 'text' },
    'address-range': {
      attributes: { from: { required: true, literal: true }, to: { required: true, literal: true } },
    },
  },
  compile: (element, compiler) => {
    const action = compiler.requiredValue(element, 'action');
    const known = new BlockList();
    const computed: PolicyValue[] = [];
    if (element.children.length === 0)
      throw new PolicyDocumentError(
        element.position,
        element.name,
        'needs a child <address> or <address-range>.',
      );
    for (const child of element.children) {
      if (child.name === 'address-range') addRange(child, compiler, known);
      else {
        const address = compiler.compileText(child.text, child.name);
        if (address.literal === undefined) computed.push(address);
        else known.addAddress(...readAddress(address.literal, child, child.text.position));
      }
    }
    return (exchange) => {
      const { ipAddress } = exchange.request;
      const family = isIP(ipAddress);
      if (family === 0)
        throw refused('FailedToParseCallerIP', 'Failed to establish IP address for the caller.');
      const listed =
        known.check(ipAddress, family === 6 ? 'ipv6' : 'ipv4') ||
        computed.some((address) => isSameAddress(address.text(exchange).trim(), ipAddress));
      const allows = readAction(action, exchange) === 'allow';
      if (allows && !listed)
        throw refused('CallerIpNotAllowed', `Caller IP address ${ipAddress} is not allowed.`);
      if (!allows && listed) throw refused('CallerIpBlocked', 'Caller IP address is blocked.');
      return undefined;
    };
  },
};

function addRange(element: PolicyElement, compiler: PolicyCompiler, list: BlockList): void {
  const read = (attribute: 'from' | 'to'): ReturnType<typeof readAddress> => {
    const position = element.attributes.get(attribute)?.position ?? element.position;
    return readAddress(compiler.literal(element, attribute) ?? '', element, position);
  };
  const [from, family] = read('from');
  const [to, familyOfTo] = read('to');
  const problem = 'goes from an address to a higher one of the same kind.';
  if (family !== familyOfTo) throw new PolicyDocumentError(element.position, element.name, problem);
  try {
    list.addRange(from, to, family);
  } catch {
    throw new PolicyDocumentError(element.position, element.name, problem);
  }
}

function readAddress(text: string, element: PolicyElement, position: Position): [string, 'ipv4' | 'ipv6'] {
  const address = text.trim();
  const family = isIP(address);
  if (family !== 0) return [address, family === 6 ? 'ipv6' : 'ipv4'];
  const problem = 'needs an IP address; networks such as 10.0.0.0/8 are written as an <address-range>.';
  throw new PolicyDocumentError(position, element.name, problem);
}

function isSameAddress(text: string, ipAddress: string): boolean {
  const family = isIP(text);
  if (family === 0) throw invalid('An address of the filter is not an IP address.');
  const list = new BlockList();
  list.addAddress(text, family === 6 ? 'ipv6' : 'ipv4');
  return list.check(ipAddress, isIP(ipAddress) === 6 ? 'ipv6' : 'ipv4');
}

function readAction(value: PolicyValue, exchange: Exchange): 'allow' | 'forbid' {
  const action = value.text(exchange);
  if (action === 'allow' || action === 'forbid') return action;
  throw invalid('The action of the filter is neither allow nor forbid.');
}

function invalid(message: string): PolicyFailure {
  return new PolicyFailure({ reason: 'InternalError', message, status: 500 });
}

function refused(reason: string, message: string): PolicyFailure {
  return new PolicyFailure({
    reason,
    message: `${message} Access denied.`,
    status: 403,
    answer: 'Forbidden',
  });
}
