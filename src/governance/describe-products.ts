import type { Access, Limits } from './documents.ts';
import { joinNames } from './join-names.ts';

/** What a denial says of keys. */
export interface ProductWords {
  /** Why a role that a caller has does not count with the key that it sent, and which key to call an entry with. */
  readonly explainIdle: (role: string, productId: string | undefined, entry: string) => string;
  /** With which keys a role counts, where the product that was called with is not one of those; undefined where it is. */
  readonly keysFor: (role: string, productId: string | undefined) => string | undefined;
}

/** Puts into words which products serve which roles. */
export function describeProducts({ roles }: Pick<Access, 'roles'>, { products }: Limits): ProductWords {
  const environments = new Map(roles.map(({ name, environment }) => [name, environment]));
  const serving = (role: string) =>
    products.filter(({ environment }) => environment === environments.get(role)).map(({ id }) => id);
  const nameKeys = (role: string): string => {
    const ids = serving(role);
    return `of ${ids.length === 0 ? 'a product that the platform team has yet to make' : `the product ${joinNames(ids, 'or')}`}`;
  };
  return {
    explainIdle: (role, productId, entry) => {
      const product = products.find(({ id }) => id === productId);
      const served = product
        ? `which serves the environment ${product.environment} alone`
        : 'which governance/limits.yaml does not know';
      return (
        `Your APIM subscription is of the product ${productId ?? ''}, ${served}, and your role ${role} is of ` +
        `${environments.get(role) ?? 'no environment'}. Use a key ${nameKeys(role)} to call ${entry}.`
      );
    },
    keysFor: (role, productId) =>
      productId === undefined || serving(role).includes(productId) ? undefined : nameKeys(role),
  };
}
