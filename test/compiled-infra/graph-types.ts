/**
 * The types of the Microsoft Graph extension that infra/azure uses, in the form that `bicep publish-extension` takes.
 * The extension itself comes from Microsoft's registry of containers, which a build without that network cannot reach.
 * Source: https://learn.microsoft.com/graph/templates/bicep/reference/overview
 */
interface GraphResource {
  /** The property that tells one resource of the type from another, where it is a single one. */
  readonly identifier?: string;
  /** Properties that may be left out. */
  readonly optional: Readonly<Record<string, GraphType>>;
  /** Properties that must be given. */
  readonly required: Readonly<Record<string, GraphType>>;
  /** Properties that the service answers with. */
  readonly answered: readonly string[];
}

type GraphType = 'string' | 'strings' | 'any';

const RESOURCES: Readonly<Record<string, GraphResource>> = {
  'Microsoft.Graph/applications': {
    identifier: 'uniqueName',
    required: { uniqueName: 'string', displayName: 'string' },
    optional: {
      signInAudience: 'string',
      identifierUris: 'strings',
      api: 'any',
      appRoles: 'any',
      optionalClaims: 'any',
      requiredResourceAccess: 'any',
      spa: 'any',
    },
    answered: ['appId', 'id'],
  },
  'Microsoft.Graph/servicePrincipals': {
    identifier: 'appId',
    required: { appId: 'string' },
    optional: { appRoleAssignmentRequired: 'any' },
    answered: ['id'],
  },
  'Microsoft.Graph/applications/federatedIdentityCredentials': {
    identifier: 'name',
    required: { name: 'string', issuer: 'string', subject: 'string', audiences: 'strings' },
    optional: { description: 'string' },
    answered: ['id'],
  },
  'Microsoft.Graph/appRoleAssignedTo': {
    required: { resourceId: 'string', principalId: 'string', appRoleId: 'string' },
    optional: {},
    answered: ['id'],
  },
};

/** Bits of a property: https://github.com/Azure/bicep-types/blob/main/src/bicep-types/src/types.ts */
const REQUIRED = 1;
const READ_ONLY = 2;
const DEPLOY_TIME_CONSTANT = 8;
const IDENTIFIER = 16;

/** Builds the two files of the extension: its index, and the types that it names. */
export function buildGraphTypes(): { index: object; types: object[] } {
  const types: object[] = [
    { $type: 'StringType' },
    { $type: 'ArrayType', itemType: { $ref: '#/0' } },
    { $type: 'AnyType' },
    { $type: 'StringLiteralType', value: 'v1.0' },
  ];
  const places: Record<GraphType, string> = { string: '#/0', strings: '#/1', any: '#/2' };
  const add = (type: object): string => `#/${types.push(type) - 1}`;
  const resources = Object.fromEntries(
    Object.entries(RESOURCES).map(([name, { identifier, required, optional, answered }]) => {
      const constant = (place: string) => ({
        type: { $ref: place },
        flags: READ_ONLY | DEPLOY_TIME_CONSTANT,
      });
      const given = (flags: number) => (entry: [string, GraphType]) => {
        const own = entry[0] === identifier ? IDENTIFIER : 0;
        return [entry[0], { type: { $ref: places[entry[1]] }, flags: flags | own }] as const;
      };
      const body = add({
        $type: 'ObjectType',
        name,
        properties: {
          type: constant(add({ $type: 'StringLiteralType', value: name })),
          apiVersion: constant('#/3'),
          ...Object.fromEntries(Object.entries(required).map(given(REQUIRED))),
          ...Object.fromEntries(Object.entries(optional).map(given(0))),
          ...Object.fromEntries(answered.map((key) => [key, { type: { $ref: '#/0' }, flags: READ_ONLY }])),
        },
      });
      const versioned = `${name}@v1.0`;
      const resource = add({
        $type: 'ResourceType',
        name: versioned,
        scopeType: 0,
        body: { $ref: body },
        flags: 0,
      });
      return [versioned, { $ref: `types.json${resource}` }];
    }),
  );
  const settings = { name: 'MicrosoftGraph', version: '1.0.0', isSingleton: false };
  return { index: { resources, resourceFunctions: {}, settings }, types };
}
