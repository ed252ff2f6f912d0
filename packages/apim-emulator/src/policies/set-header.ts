import { validateHeaderName, validateHeaderValue } from 'node:http';
import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { Headers } from '../engine/headers.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import { SECTIONS } from './policy.ts';
import type { ElementRule, PolicyDefinition } from './policy.ts';

/** The values of the attribute `exists-action`. */
export const ACTIONS = ['override', 'skip', 'append', 'delete'];
/** "Headers: Connection, ContentLength, KeepAlive, TransferEncoding cannot be modified or deleted." */
const FIXED = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding']);
/** "Removal of Server header isn't supported": such a policy can be saved, and the header stays. */
const NEVER_REMOVED = 'server';

/** The attributes and children of `set-header`. */
export const SET_HEADER_RULE: ElementRule = {
  attributes: { name: { required: true }, 'exists-action': { oneOf: ACTIONS } },
  children: { value: { holds: 'text' } },
};

/** https://learn.microsoft.com/azure/api-management/set-header-policy#usage-notes */
export const setHeader: PolicyDefinition = {
  name: 'set-header',
  sections: SECTIONS,
  ...SET_HEADER_RULE,
  compile: (element, compiler) => {
    const change = compileHeaderChange(element, compiler);
    const onRequest = compiler.place.section === 'inbound' || compiler.place.section === 'backend';
    return (exchange) => {
      const headers = onRequest ? exchange.request.headers : exchange.response?.headers;
      if (headers) change(exchange, headers);
      return undefined;
    };
  },
};

/** Compiles a change of one header, of whichever message. */
export function compileHeaderChange(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (exchange: Exchange, headers: Headers) => void {
  const name = compiler.requiredValue(element, 'name');
  const action = compiler.value(element, 'exists-action');
  const values = element.children.map((child) => compiler.compileText(child.text, child.name));
  if (name.literal !== undefined) checkName(element, 'name', name.literal);
  requireValue(element, action);
  const literalKey = name.literal?.toLowerCase();
  return (exchange, headers) => {
    const headerName = name.literal ?? name.text(exchange).trim();
    const key = literalKey ?? headerName.toLowerCase();
    if (FIXED.has(key)) return;
    const chosen = readAction(action, exchange);
    if (chosen === 'delete') {
      if (key !== NEVER_REMOVED) headers.delete(key);
      return;
    }
    const existing = headers.get(key);
    if (chosen === 'skip' && existing) return;
    if (literalKey === undefined) validateHeaderName(headerName);
    const added = values.map((value) => value.line(exchange).trim());
    for (const value of added) validateHeaderValue(headerName, value);
    const kept = chosen === 'append' ? existing?.values : undefined;
    headers.set(key, { name: headerName, values: kept ? [...kept, ...added] : added });
  };
}

/** Evaluates `exists-action`. @throws {PolicyFailure} for a name that no action has. */
export function readAction(action: PolicyValue | undefined, exchange: Exchange): string {
  const chosen = action?.text(exchange).trim() ?? 'override';
  if (ACTIONS.includes(chosen)) return chosen;
  const message = `exists-action is one of ${ACTIONS.join(', ')}.`;
  throw new PolicyFailure({ reason: 'InternalError', message, status: 500 });
}

/** Checks that an element has a value unless it deletes. @throws {PolicyDocumentError} where there is none. */
export function requireValue(element: PolicyElement, action: PolicyValue | undefined): void {
  const mayDelete = action !== undefined && (action.literal ?? 'delete') === 'delete';
  if (mayDelete || element.children.length > 0) return;
  const problem = 'needs a child <value>, unless exists-action is delete.';
  throw new PolicyDocumentError(element.position, element.name, problem);
}

/**
 * Reads the header that an attribute names, which is to be set. @throws {PolicyDocumentError} for one that can't be.
 */
export function readHeaderName(
  element: PolicyElement,
  attribute: string,
  compiler: PolicyCompiler,
): string | undefined {
  const name = compiler.literal(element, attribute);
  if (name !== undefined) checkName(element, attribute, name);
  return name;
}

function checkName(element: PolicyElement, attribute: string, name: string): void {
  const position = element.attributes.get(attribute)?.position ?? element.position;
  if (FIXED.has(name.toLowerCase()))
    throw new PolicyDocumentError(
      position,
      element.name,
      `The header "${name}" can't be changed or deleted.`,
    );
  try {
    validateHeaderName(name);
  } catch {
    throw new PolicyDocumentError(position, element.name, `"${name}" is not the name of a header.`);
  }
}
