import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DeployedResource } from './arm/deploy-template.ts';
import { textOf, type ValueObject } from './arm/functions.ts';

const SERVICE = 'Microsoft.ApiManagement/service';

/** The file of a resource's properties, by its type below the service. `{0}` is its own name, after those of its parents. */
const INFORMATION: Readonly<Record<string, string>> = {
  namedValues: 'named-values/{0}/namedValueInformation.json',
  loggers: 'loggers/{0}/loggerInformation.json',
  diagnostics: 'diagnostics/{0}/diagnosticInformation.json',
  policyFragments: 'policy-fragments/{0}/policyFragmentInformation.json',
  authorizationServers: 'authorization-servers/{0}/authorizationServerInformation.json',
  groups: 'groups/{0}/groupInformation.json',
  backends: 'backends/{0}/backendInformation.json',
  products: 'products/{0}/productInformation.json',
};

/** The file of a policy, by the type that it is below the service. */
const POLICIES: Readonly<Record<string, string>> = {
  policies: 'policy.xml',
  policyFragments: 'policy-fragments/{0}/policy.xml',
  'apis/policies': 'apis/{0}/policy.xml',
  'apis/operations/policies': 'apis/{0}/operations/{1}/policy.xml',
  'products/policies': 'products/{0}/policy.xml',
};

/** Types that change nothing of how a call is handled. */
const OF_THE_PORTAL = new Set(['portalsettings', 'subscriptions', 'identityProviders', 'portalRevisions']);

/**
 * Writes what is deployed into API Management as a folder of artifacts, which its emulator reads.
 * @throws Error for a type of resource that the folder has no place for.
 */
export function writeArtifacts(resources: readonly DeployedResource[], folder: string): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const below = resources.flatMap((resource) => {
    const kind = resource.type.slice(SERVICE.length + 1);
    const [, ...names] = resource.name.split('/');
    return resource.type.startsWith(`${SERVICE}/`) ? [{ kind, names, properties: resource.properties }] : [];
  });
  const isServer = (id: string | undefined): boolean =>
    below.some(
      ({ kind, names, properties }) => kind === 'apis' && names[0] === id && properties.type === 'mcp',
    );
  const lists = new Map<string, { name: string }[]>();
  for (const { kind, names, properties } of below) {
    const [first = '', second = ''] = names;
    const fill = (template: string): string => template.replace('{0}', first).replace('{1}', second);
    const policy = POLICIES[kind];
    const information = INFORMATION[kind];
    if (policy !== undefined)
      write(
        isServer(first) && kind.startsWith('apis/') ? `mcp-servers/${first}/policy.xml` : fill(policy),
        textOf(properties.value ?? ''),
      );
    if (information !== undefined) write(fill(information), toText(withoutService(properties)));
    else if (kind === 'apis') writeApi(first, properties, below, write);
    else if (kind === 'products/apis' || kind === 'products/groups') {
      const [file, name] = isServer(second)
        ? [`mcp-servers/${second}/products.json`, first]
        : [`products/${first}/${kind.slice('products/'.length)}.json`, second];
      lists.set(file, [...(lists.get(file) ?? []), { name }]);
    } else if (policy === undefined && kind !== 'apis/tools' && !OF_THE_PORTAL.has(kind))
      throw new Error(`There is no artifact of the type ${kind}.`);
  }
  for (const [file, names] of lists) write(file, toText(names));
}

interface Below {
  readonly kind: string;
  readonly names: readonly string[];
  readonly properties: ValueObject;
}

function writeApi(
  id: string,
  { value, format, ...properties }: ValueObject,
  below: readonly Below[],
  write: (path: string, text: string) => void,
): void {
  if (properties.type === 'mcp') {
    const mcpTools = below
      .filter(({ kind, names }) => kind === 'apis/tools' && names[0] === id)
      .map((tool) => ({ name: tool.names[1] ?? '', ...tool.properties }));
    write(`mcp-servers/${id}/mcpServerInformation.json`, toText({ properties: { ...properties, mcpTools } }));
    return;
  }
  if (format !== 'openapi+json') throw new Error(`The API ${id} has the format ${JSON.stringify(format)}.`);
  write(`apis/${id}/specification.json`, textOf(value ?? ''));
  write(`apis/${id}/apiInformation.json`, toText({ properties }));
}

/** Ids below the service are written relative to it in artifacts. */
function withoutService(properties: ValueObject): object {
  const text = JSON.stringify({ properties });
  return JSON.parse(text.replaceAll(/"\/subscriptions\/[^"]*\/service\/[^/"]+(\/[^"]*)"/g, '"$1"')) as object;
}

function toText(value: object): string {
  return JSON.stringify(value, null, 2);
}
