import { checkFragments } from '../engine/compile-fragment.ts';
import { compileScope, joinScopes } from '../engine/compile-plan.ts';
import type { Plan } from '../engine/compile-plan.ts';
import type { CompilerSetting } from '../engine/policy-compiler.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import { parsePolicyDocument } from '../documents/parse-policy-document.ts';
import { compileBackends } from './compile-backends.ts';
import type { ServiceDefinition } from './service-definition.ts';

/** The plan of the scopes that are known of a request; only the global one where none is. */
export type FindPlan = (api?: string, operation?: string, product?: string) => Plan;

/** The setting of a compilation that does not come from the service itself. */
export type CompilationSetting = Omit<CompilerSetting, 'backends' | 'apis'>;

/** "By default, API Management sets up this policy at the global scope." */
const DEFAULT_GLOBAL_POLICY = '<policies><backend><forward-request /></backend></policies>';

/** Compiles every scope once and joins them for each operation and product. @throws {PolicyDocumentError} */
export function compilePlans(service: ServiceDefinition, given: CompilationSetting): FindPlan {
  const { namedValues, refuse, services } = given;
  const backends = compileBackends(service.backends, namedValues, refuse, services.now);
  const setting = { ...given, backends, apis: service.apis };
  const root: PolicyElement = service.policy ?? parsePolicyDocument(DEFAULT_GLOBAL_POLICY, 'policy.xml');
  const all = service.apis.flatMap(({ operations }) => operations);
  const global = compileScope(root, 'global', all, setting);
  const products = service.products.map(({ id, apis, apiDefinitions, policy }) => {
    const operations = apiDefinitions.flatMap((api) => api.operations);
    return { id, apis, scope: compileScope(policy, 'product', operations, setting) };
  });
  const plans = new Map<string, Plan>([[planKey(), joinScopes([global])]]);
  for (const { id, policy, operations } of service.apis) {
    const api = compileScope(policy, 'api', operations, setting);
    plans.set(planKey(id), joinScopes([global, api]));
    for (const definition of operations) {
      const operation = definition.id;
      const own = compileScope(definition.policy, 'operation', [definition], setting);
      plans.set(planKey(id, operation), joinScopes([global, api, own]));
      for (const product of products) {
        if (!product.apis.includes(id)) continue;
        plans.set(planKey(id, operation, product.id), joinScopes([global, product.scope, api, own]));
      }
    }
  }
  checkFragments(setting);
  const fallback = joinScopes([global]);
  return (api, operation, product) => plans.get(planKey(api, operation, product)) ?? fallback;
}

function planKey(api = '', operation = '', product = ''): string {
  return `${api}/${operation}/${product}`;
}
