import type { Access, Limits } from './documents.ts';
import { joinNames } from './join-names.ts';

/** Phrases for denials about APIM products and their keys. */
export interface ProductPhrases {
  /** Says why a role of the caller does not count with the product of its key, and which key to call the entry with. */
  readonly explainIdle: (role: string, productId: string | undefined, entry: string) => string;
  /**
   * Names the keys with which a role counts, as `of the product a or b`; undefined if it counts with the product given.
   */
  readonly keysFor: (role: string, productId: string | undefined) => string | undefined;
}

/** Creates the phrases from the products and from the environments of the roles. */
export function describeProducts({ roles }: Pick<Access, 'roles'>, { products }: Limits): ProductPhrases {
  const environments = new Map(roles.map(({ name, environment }) => [name, environment]));
  const serving = (role: string) =>
    products.filter(({ environment }) => environment === environments.get(role)).map(({ id }) => id);
  const nameKeys = (role: string): string => {
    const ids = serving(role);
    return `of ${ids.length === 0 ? 'a product that does not exist yet' : `the product ${joinNames(ids, 'or')}`}`;
  };
  return {
    explainIdle: (role, productId, entry) => {
      const product = products.find(({ id }) => id === productId);
      const served = product
        ? `which serves only the environment ${product.environment}`
        : 'which is not in governance/limits.yaml';
      return (
        `Your APIM subscription is of the product ${productId ?? ''}, ${served}, and your role ${role} is of ` +
        `${environments.get(role) ?? 'no environment'}. Use a key ${nameKeys(role)} to call ${entry}.`
      );
    },
    keysFor: (role, productId) =>
      productId === undefined || serving(role).includes(productId) ? undefined : nameKeys(role),
  };
}
