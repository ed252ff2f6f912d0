import { FUNCTIONS, type Lambda, textOf, type Value, type ValueObject } from './functions.ts';
import { type Expression, parseExpression } from './parse-expression.ts';

/** A template of Azure Resource Manager, as Bicep's compiler writes it. */
export interface Template {
  readonly parameters?: Readonly<Record<string, { readonly defaultValue?: Value }>>;
  readonly variables?: Readonly<Record<string, Value>>;
  readonly functions?: readonly {
    readonly namespace: string;
    readonly members: Readonly<Record<string, UserFunction>>;
  }[];
  readonly resources: Readonly<Record<string, TemplateResource>> | readonly TemplateResource[];
  readonly outputs?: Readonly<Record<string, { readonly value: Value }>>;
}

interface UserFunction {
  readonly parameters: readonly { readonly name: string }[];
  readonly output: { readonly value: Value };
}

interface TemplateResource {
  readonly type: string;
  readonly name?: Value;
  readonly existing?: boolean;
  readonly condition?: Value;
  readonly scope?: Value;
  readonly copy?: { readonly name: string; readonly count: Value };
  readonly properties?: Value;
  readonly [member: string]: unknown;
}

/** A resource after a deployment. */
export interface DeployedResource {
  readonly id: string;
  /** The type without a version, such as `Microsoft.Storage/storageAccounts`. */
  readonly type: string;
  /** The names of the resource and its parents, joined by slashes. */
  readonly name: string;
  /** Id of the resource that an extension, such as a role assignment, is about. */
  readonly scope?: string;
  readonly properties: ValueObject;
  /** The members beside these, such as `identity` and `sku`. */
  readonly members: ValueObject;
}

/** The resource group that a template is deployed into, and the properties that Azure makes up. */
export interface Subscription {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly resourceGroup: string;
  readonly location: string;
  /** Gives the properties that Azure adds to a resource, such as the ids of an identity. */
  readonly propertiesOf: (type: string, id: string) => ValueObject;
}

/** The outcome of a deployment. */
export interface Deployment {
  readonly resources: readonly DeployedResource[];
  readonly outputs: ValueObject;
}

/**
 * Deploys a template into an imagined resource group: every expression is worked out, loops and conditions too, and modules
 * with their outputs.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax
 * @throws Error for a function, a member or a symbol that is not known. Nothing is guessed.
 */
export function deployTemplate(
  template: Template,
  parameters: Readonly<Record<string, Value>>,
  subscription: Subscription,
): Deployment {
  return new TemplateDeployment(template, parameters, subscription, 'main').deploy();
}

/** The surroundings of an expression: the turns of loops, and the calls of lambdas or functions. */
interface Frame {
  readonly indexes: Readonly<Record<string, number>>;
  readonly lambdaVariables: Readonly<Record<string, Value>>;
  /** Parameters of the function whose output it is. */
  readonly parameters?: Readonly<Record<string, Value>>;
}

/** The parts of a resource that are no members of it, or that are read by themselves. */
const NO_MEMBERS = new Set([
  'type',
  'name',
  'scope',
  'properties',
  'condition',
  'copy',
  'dependsOn',
  'apiVersion',
  'existing',
  'import',
]);

const TOP: Frame = { indexes: {}, lambdaVariables: {} };

class TemplateDeployment {
  readonly #template: Template;
  readonly #given: Readonly<Record<string, Value>>;
  readonly #subscription: Subscription;
  readonly #name: string;
  readonly #modules = new Map<string, Deployment>();

  constructor(
    template: Template,
    given: Readonly<Record<string, Value>>,
    subscription: Subscription,
    name: string,
  ) {
    this.#template = template;
    this.#given = given;
    this.#subscription = subscription;
    this.#name = name;
    const unknown = Object.keys(given).find((one) => !(one in (template.parameters ?? {})));
    if (unknown !== undefined) throw new Error(`${name}: There is no parameter "${unknown}".`);
  }

  deploy(): Deployment {
    const resources = Object.entries(this.#template.resources).flatMap(([symbol, resource]) =>
      resource.existing === true ? [] : this.#deployResource(symbol, resource),
    );
    const outputs = Object.entries(this.#template.outputs ?? {}).map(
      ([name, { value }]) => [name, this.#work(value, TOP)] as const,
    );
    return { resources, outputs: Object.fromEntries(outputs) };
  }

  #deployResource(symbol: string, resource: TemplateResource): DeployedResource[] {
    return this.#turnsOf(resource).flatMap((frame) => {
      if (resource.condition !== undefined && this.#work(resource.condition, frame) !== true) return [];
      if (resource.type === 'Microsoft.Resources/deployments')
        return [...this.#module(symbol, resource, frame).resources];
      return [this.#describe(resource, frame)];
    });
  }

  #turnsOf({ copy }: TemplateResource): Frame[] {
    if (!copy) return [TOP];
    const count = Number(this.#work(copy.count, TOP));
    return Array.from({ length: count }, (_, index) => ({
      ...TOP,
      indexes: { [copy.name]: index, '': index },
    }));
  }

  #describe(resource: TemplateResource, frame: Frame): DeployedResource {
    const { type: versioned, name: written = null, scope: about, properties: given = {} } = resource;
    const type = versioned.replace(/@.*/, '');
    const others = Object.entries(resource).filter(([name]) => !NO_MEMBERS.has(name));
    const scope = about === undefined ? undefined : textOf(this.#work(about, frame));
    const properties = this.#work(given, frame) as ValueObject;
    const name = textOf(this.#work(written, frame) ?? properties.uniqueName ?? properties.appId ?? '');
    return {
      id: this.#idOf(type, name, scope),
      type,
      name,
      ...(scope !== undefined && { scope }),
      properties,
      members: this.#work(Object.fromEntries(others) as Value, frame) as ValueObject,
    };
  }

  #idOf(type: string, name: string, scope?: string): string {
    if (type.startsWith('Microsoft.Graph/')) return `${type}/${name}`;
    const parent = scope ?? this.#groupId;
    return `${parent}/providers/${namesIn(type, name.split('/'))}`;
  }

  get #groupId(): string {
    const { subscriptionId, resourceGroup } = this.#subscription;
    return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  }

  #module(symbol: string, resource: TemplateResource, frame: Frame): Deployment {
    const key = `${symbol} ${JSON.stringify(frame.indexes)}`;
    const known = this.#modules.get(key);
    if (known) return known;
    const { template, parameters = {} } = resource.properties as unknown as {
      readonly template: Template;
      readonly parameters?: ValueObject;
    };
    const given = Object.entries(parameters).map(([name, parameter]) => {
      const { value = null } = this.#work(parameter, frame) as ValueObject;
      return [name, value] as const;
    });
    const deployed = new TemplateDeployment(
      template,
      Object.fromEntries(given),
      this.#subscription,
      `${this.#name}/${symbol}`,
    ).deploy();
    this.#modules.set(key, deployed);
    return deployed;
  }

  /** Works out the expressions in a value. `copy` in an object makes a list of each of its members. */
  #work(value: Value, frame: Frame): Value {
    if (typeof value === 'string') {
      if (value.startsWith('[[')) return value.slice(1);
      if (!/^\[.*\]$/s.test(value)) return value;
      return this.#evaluate(parseExpression(value.slice(1, -1)), frame);
    }
    if (Array.isArray(value)) return value.map((one: Value) => this.#work(one, frame));
    if (typeof value !== 'object' || value === null) return value;
    const { copy, ...members } = value as ValueObject;
    const worked = Object.entries(members).map(
      ([name, one]) => [textOf(this.#work(name, frame)), this.#work(one, frame)] as const,
    );
    const copies = Array.isArray(copy) ? this.#copies(copy as CopiedMember[], frame) : [];
    if (copy !== undefined && !Array.isArray(copy))
      throw new Error(`${this.#name}: "copy" is a list in objects.`);
    return Object.fromEntries([...worked, ...copies]);
  }

  #copies(copy: readonly CopiedMember[], frame: Frame): (readonly [string, Value])[] {
    return copy.map(({ name, count, input }) => {
      const items = Array.from({ length: Number(this.#work(count, frame)) }, (_, index) =>
        this.#work(input, { ...frame, indexes: { ...frame.indexes, [name]: index } }),
      );
      return [name, items] as const;
    });
  }

  #evaluate(expression: Expression, frame: Frame): Value {
    if (expression.kind === 'literal') return expression.value;
    if (expression.kind === 'member') {
      const of = this.#evaluate(expression.of, frame);
      const key = this.#evaluate(expression.key, frame) as string | number;
      const found = memberOf(of, key);
      if (found === undefined)
        throw new Error(`${this.#name}: There is no member "${key}" in ${JSON.stringify(of)}.`);
      return found;
    }
    return this.#call(expression.name, expression.parameters, frame);
  }

  #call(name: string, parameters: readonly Expression[], frame: Frame): Value {
    const value = (index: number): Value => {
      const expression = parameters[index];
      if (!expression) throw new Error(`${this.#name}: ${name} lacks a parameter.`);
      return this.#evaluate(expression, frame);
    };
    const text = (index: number): string => textOf(value(index));
    const all = (): Value[] => parameters.map((_, index) => value(index));
    const { subscriptionId, tenantId, resourceGroup, location } = this.#subscription;
    switch (name) {
      case 'if':
        return value(0) === true ? value(1) : value(2);
      case 'parameters':
        return this.#parameter(text(0), frame);
      case 'variables':
        return this.#variable(text(0));
      case 'copyIndex': {
        const index = frame.indexes[parameters.length === 0 ? '' : text(0)];
        if (index === undefined) throw new Error(`${this.#name}: There is no such loop.`);
        return index;
      }
      case 'lambdaVariables':
        return frame.lambdaVariables[text(0)] ?? null;
      case 'tryGet':
        return this.#tryGet(value(0), all().slice(1));
      case 'deployment':
        return { name: this.#name };
      case 'environment':
        return ENVIRONMENT;
      case 'subscription':
        return { id: `/subscriptions/${subscriptionId}`, subscriptionId, tenantId };
      case 'tenant':
        return { tenantId };
      case 'resourceGroup':
        return { id: this.#groupId, name: resourceGroup, location };
      case 'resourceId':
        return `${this.#groupId}/providers/${namesIn(text(0), all().slice(1).map(textOf))}`;
      case 'subscriptionResourceId':
        return `/subscriptions/${subscriptionId}/providers/${namesIn(text(0), all().slice(1).map(textOf))}`;
      case 'extensionResourceId':
        return `${text(0)}/providers/${namesIn(text(1), all().slice(2).map(textOf))}`;
      case 'reference':
        return this.#reference(text(0));
    }
    const own = this.#userFunction(name);
    if (own) {
      const given = own.parameters.map((parameter, index) => [parameter.name, value(index)] as const);
      return this.#work(own.output.value, { ...TOP, parameters: Object.fromEntries(given) });
    }
    const known = FUNCTIONS[name] as ((...values: unknown[]) => Value) | undefined;
    if (!known) throw new Error(`${this.#name}: The function ${name} is not supported.`);
    return known(
      ...parameters.map((parameter, index) =>
        parameter.kind === 'call' && parameter.name === 'lambda'
          ? this.#lambda(parameter.parameters, frame)
          : value(index),
      ),
    );
  }

  #lambda(parameters: readonly Expression[], frame: Frame): Lambda {
    const names = parameters.slice(0, -1).map((one) => textOf(this.#evaluate(one, frame)));
    const body = parameters.at(-1);
    if (!body) throw new Error(`${this.#name}: A lambda lacks its body.`);
    return (...values) => {
      const bound = names.map((name, index) => [name, values[index] ?? null] as const);
      const lambdaVariables = { ...frame.lambdaVariables, ...Object.fromEntries(bound) };
      return this.#evaluate(body, { ...frame, lambdaVariables });
    };
  }

  #parameter(name: string, frame: Frame): Value {
    if (frame.parameters) return frame.parameters[name] ?? null;
    const given = this.#given[name];
    if (given !== undefined) return given;
    const definition = this.#template.parameters?.[name];
    if (!definition) throw new Error(`${this.#name}: There is no parameter "${name}".`);
    if (definition.defaultValue !== undefined) return this.#work(definition.defaultValue, TOP);
    if ((definition as { nullable?: boolean }).nullable === true) return null;
    throw new Error(`${this.#name}: The parameter "${name}" has no value.`);
  }

  #variable(name: string): Value {
    const { copy, ...variables } = (this.#template.variables ?? {}) as ValueObject;
    if (Array.isArray(copy)) {
      const loop = (copy as unknown as CopiedMember[]).find((one) => one.name === name);
      if (loop) return this.#copies([loop], TOP)[0]?.[1] ?? null;
    }
    const variable = variables[name];
    if (variable === undefined) throw new Error(`${this.#name}: There is no variable "${name}".`);
    return this.#work(variable, TOP);
  }

  #tryGet(of: Value, keys: readonly Value[]): Value {
    return keys.reduce<Value>((found, key) => memberOf(found, key as string | number) ?? null, of);
  }

  /** Gives the properties of a resource, by its symbol, or its id; those of a module are its outputs. */
  #reference(symbol: string): Value {
    const resources = this.#template.resources;
    const resource = Array.isArray(resources)
      ? undefined
      : (resources as Readonly<Record<string, TemplateResource>>)[symbol];
    if (!resource) {
      if (!symbol.startsWith('/')) throw new Error(`${this.#name}: There is no resource "${symbol}".`);
      const type = typeIn(symbol);
      return this.#subscription.propertiesOf(type, symbol);
    }
    if (resource.type === 'Microsoft.Resources/deployments') {
      if (resource.condition !== undefined && this.#work(resource.condition, TOP) !== true)
        throw new Error(`${this.#name}: The module "${symbol}" is not deployed.`);
      const { outputs } = this.#module(symbol, resource, TOP);
      const values = Object.entries(outputs).map(([name, value]) => [name, { value }] as const);
      return { outputs: Object.fromEntries(values) };
    }
    const { id, type, properties } = this.#describe(resource, TOP);
    return { ...properties, ...this.#subscription.propertiesOf(type, id) };
  }

  #userFunction(name: string): UserFunction | undefined {
    const [namespace, member = ''] = name.split('.');
    return this.#template.functions?.find((one) => one.namespace === namespace)?.members[member];
  }
}

interface CopiedMember {
  readonly name: string;
  readonly count: Value;
  readonly input: Value;
}

/** Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-deployment#environment */
const ENVIRONMENT: Value = {
  name: 'AzureCloud',
  authentication: { loginEndpoint: 'https://login.microsoftonline.com/' },
  suffixes: { storage: 'core.windows.net', keyvaultDns: '.vault.azure.net' },
};

/** Finds a member of an object, whatever the case of its letters, or an item of a list. */
function memberOf(of: Value, key: string | number): Value | undefined {
  if (typeof of !== 'object' || of === null) return undefined;
  if (Array.isArray(of)) return (of as Value[])[Number(key)];
  const object = of as ValueObject;
  const name = Object.keys(object).find((one) => one.toLowerCase() === String(key).toLowerCase());
  return name === undefined ? undefined : object[name];
}

/** Puts names between the parts of a type: `Microsoft.Storage/storageAccounts/{name}/blobServices/{name}`. */
function namesIn(type: string, names: readonly string[]): string {
  const [provider = '', ...kinds] = type.split('/');
  if (kinds.length !== names.length) throw new Error(`The type ${type} has not ${names.length} names.`);
  return [provider, ...kinds.flatMap((kind, index) => [kind, names[index] ?? ''])].join('/');
}

function typeIn(id: string): string {
  const [provider = '', ...parts] = (id.split('/providers/').at(-1) ?? '').split('/');
  return [provider, ...parts.filter((_, index) => index % 2 === 0)].join('/');
}
