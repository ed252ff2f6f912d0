import type { Limits } from '../../src/governance/documents.ts';

/** A product whose keys are enough to call it, with the roles of such calls. */
export interface KeyOnlyProduct {
  readonly id: string;
  readonly roles: readonly string[];
}

export function keyOnlyProducts({ products }: Limits): KeyOnlyProduct[] {
  return products.flatMap(({ id, keyOnlyCallers }) =>
    keyOnlyCallers ? [{ id, roles: keyOnlyCallers.roles }] : [],
  );
}
