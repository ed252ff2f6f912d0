import type { OperationContract } from './operation-contract.ts';

/** The part of an operation that tells the parameters of its URL template. */
export interface TemplatedOperation {
  readonly urlTemplate: string;
  readonly contract: OperationContract;
}

/**
 * Returns the names of the parameters in the URL templates of operations: those of the path, and the query parameters
 * that are required, which the import of a specification makes part of the template.
 * Source: https://learn.microsoft.com/rest/api/apimanagement/apis/create-or-update (translateRequiredQueryParameters)
 */
export function parametersOf(operations: readonly TemplatedOperation[]): ReadonlySet<string> {
  return new Set(
    operations.flatMap(({ urlTemplate, contract }) => [
      ...Array.from(urlTemplate.matchAll(/\{([^}]+)\}/g), ([, name = '']) => name),
      ...queryParametersOf(contract),
    ]),
  );
}

/** Returns the names of the query parameters that are part of an operation's URL template. */
export function queryParametersOf({ parameters }: OperationContract): string[] {
  return parameters
    .filter(({ in: place, required }) => place === 'query' && required)
    .map(({ name }) => name);
}
