import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { KnownEntity, PolicyCompiler } from '../engine/policy-compiler.ts';
import type { AttributeRule, ElementRule } from './policy.ts';

/** A limit, and the calls of one APIM subscription that it is for. */
export interface LimitTarget<Limit> {
  readonly limit: Limit;
  /** Tells the counters of one policy apart. */
  readonly name: string;
  readonly applies: (exchange: Exchange) => boolean;
}

/** Returns the rule of a limit that may hold others for single APIs and their operations. */
export function limitRule(
  own: Readonly<Record<string, AttributeRule>>,
  nested: Readonly<Record<string, AttributeRule>>,
): ElementRule {
  const named = { name: { literal: true }, id: { literal: true }, ...nested } as const;
  return {
    attributes: own,
    children: { api: { attributes: named, children: { operation: { attributes: named } } } },
  };
}

/**
 * Compiles the limit of an element and those within it, each applied independently: "If both attributes are provided,
 * `id` will be used and `name` will be ignored."
 * Sources: https://learn.microsoft.com/azure/api-management/rate-limit-policy and …/quota-policy
 */
export function compileLimitTargets<Limit>(
  element: PolicyElement,
  compiler: PolicyCompiler,
  readLimit: (element: PolicyElement) => Limit,
): LimitTarget<Limit>[] {
  const own = { limit: readLimit(element), name: '', applies: () => true };
  const nested = element.children.flatMap((child) => {
    const api = compileIdentity(child, compiler, 'API', compiler.setting.apis);
    const { operations: known } = api.entity;
    const isApi = (exchange: Exchange): boolean => api.matches(exchange.api);
    const operations = child.children.map((inner) => {
      const operation = compileIdentity(inner, compiler, 'operation', known);
      const applies = (exchange: Exchange): boolean =>
        isApi(exchange) && operation.matches(exchange.operation);
      return { limit: readLimit(inner), name: `${api.name}/${operation.name}`, applies };
    });
    return [{ limit: readLimit(child), name: api.name, applies: isApi }, ...operations];
  });
  return [own, ...nested];
}

/** Returns the key of a policy's counter in the current scope: by product, API or operation, and subscription. */
export function counterOf(
  { scope }: { readonly scope: string },
  policy: string,
  { product, api, operation }: Exchange,
  subscription: string,
): string {
  const owners: Readonly<Record<string, readonly string[]>> = {
    product: [product?.id ?? ''],
    api: [api.id],
    operation: [api.id, operation.id],
  };
  return JSON.stringify([policy, scope, ...(owners[scope] ?? []), subscription]);
}

/** @throws {PolicyDocumentError} for a name that nothing has: a limit for nothing would go unnoticed. */
function compileIdentity<Entity extends KnownEntity>(
  element: PolicyElement,
  compiler: PolicyCompiler,
  kind: string,
  known: readonly Entity[],
): { entity: Entity; name: string; matches: (other: { readonly id: string }) => boolean } {
  const id = compiler.literal(element, 'id');
  const name = compiler.literal(element, 'name');
  if (id === undefined && name === undefined)
    throw new PolicyDocumentError(
      element.position,
      element.name,
      'needs one of the attributes "id" and "name".',
    );
  const entity = known.find((one) => (id === undefined ? one.displayName === name : one.id === id));
  if (entity) return { entity, name: entity.id, matches: (other) => other.id === entity.id };
  const attribute = id === undefined ? 'name' : 'id';
  const position = element.attributes.get(attribute)?.position ?? element.position;
  const all = known.map((one) => (id === undefined ? one.displayName : one.id)).join(', ');
  const problem = `There is no ${kind} with the ${attribute} "${id ?? name ?? ''}"; known: ${all}.`;
  throw new PolicyDocumentError(position, element.name, problem);
}
