import { join } from 'node:path';
import type { Refuse } from '../documents/refuse.ts';
import type { ArtifactFiles } from './artifact-files.ts';
import { ServiceDefinitionError } from './service-definition.ts';
import type { ApiDefinition } from './service-definition.ts';

/** Refuses folders of one kind whose names are the same resource: API Management tells names apart without their case. */
export function refuseEqualNames(
  files: ArtifactFiles,
  directory: string,
  kinds: readonly string[],
  refuse: Refuse,
): void {
  const folders = kinds.flatMap((kind) =>
    files.folders(join(directory, kind)).map((name) => ({ kind, name })),
  );
  const seen = new Map<string, string>();
  for (const { kind, name } of folders) {
    const folder = join(directory, kind, name);
    const other = seen.get(name.toLowerCase());
    if (other === undefined) seen.set(name.toLowerCase(), folder);
    else refuse(new ServiceDefinitionError(folder, `It is the same resource as ${other}.`));
  }
}

/** Refuses all but the first API at a path: a request could be for either. */
export function refuseEqualPaths(
  apis: readonly { readonly api: ApiDefinition; readonly file: string }[],
  refuse: Refuse,
): void {
  const seen = new Map<string, string>();
  for (const { api, file } of apis) {
    const path = api.path.toLowerCase();
    const other = seen.get(path);
    if (other === undefined) seen.set(path, api.id);
    else
      refuse(new ServiceDefinitionError(file, `The path "${api.path}" is that of the API "${other}" too.`));
  }
}

/** Refuses all but the first operation of a method and a template: names of parameters don't tell them apart. */
export function refuseEqualOperations({ operations }: ApiDefinition, file: string, refuse: Refuse): void {
  const ids = new Map<string, string>();
  const templates = new Map<string, string>();
  for (const { id, method, urlTemplate } of operations) {
    const sameId = ids.get(id.toLowerCase());
    if (sameId !== undefined)
      refuse(new ServiceDefinitionError(file, `The operationId "${id}" is that of "${sameId}" too.`));
    ids.set(id.toLowerCase(), id);
    const template = `${method} ${urlTemplate.toLowerCase().replace(/\{[^}]*\}/g, '{}')}`;
    const other = templates.get(template);
    if (other !== undefined)
      refuse(
        new ServiceDefinitionError(
          file,
          `${method} ${urlTemplate} ("${id}") is the operation "${other}" too.`,
        ),
      );
    templates.set(template, id);
  }
}
