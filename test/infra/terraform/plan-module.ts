import type { TerraformModule } from '../../../scripts/infra/check-terraform-files.ts';
import { parseTemplate, type TerraformExpression } from './parse-template.ts';

/** A value of Terraform. Sets and lists are lists. */
export type TerraformValue = string | number | boolean | null | TerraformValue[] | TerraformObject;

/** An object of Terraform, such as the arguments of a resource. */
export interface TerraformObject {
  [name: string]: TerraformValue;
}

/** One resource of a plan. */
export interface PlannedResource {
  readonly name: string;
  /** The key of `for_each`, or the index of `count`; undefined for a single resource. */
  readonly key: string | number | undefined;
  /** The arguments, and what Google answers. */
  readonly attributes: TerraformObject;
}

/** Gives a text as Terraform puts it into another one. @throws Error for a list or an object. */
function textOf(value: TerraformValue): string {
  if (typeof value === 'object') throw new Error(`It is no text: ${JSON.stringify(value)}`);
  return String(value);
}

/** Gives the attributes that Google adds to a resource, such as its `name`. */
export type ComputedAttributes = (type: string, attributes: TerraformObject) => TerraformObject;

/**
 * A module of Terraform with values of its variables. Every expression is worked out when it is asked for.
 * Source: https://developer.hashicorp.com/terraform/language/expressions
 */
export class TerraformPlan {
  readonly #module: TerraformModule;
  readonly #variables: Readonly<Record<string, TerraformValue>>;
  readonly #computed: ComputedAttributes;

  constructor(
    module: TerraformModule,
    variables: Readonly<Record<string, TerraformValue>>,
    computed: ComputedAttributes,
  ) {
    const unknown = Object.keys(variables).find((name) => !(name in module.variable));
    if (unknown !== undefined) throw new Error(`There is no variable "${unknown}".`);
    this.#module = module;
    this.#variables = variables;
    this.#computed = computed;
  }

  /** Lists the resources of a type. */
  resources(type: string): PlannedResource[] {
    return Object.keys(this.#module.resource[type] ?? {}).flatMap((name) => this.#expand(type, name));
  }

  output(name: string): TerraformValue {
    const [block] = this.#module.output[name] ?? [];
    if (!block) throw new Error(`There is no output "${name}".`);
    return this.#work(block.value as TerraformValue, undefined);
  }

  #expand(type: string, name: string): PlannedResource[] {
    const [block] = this.#module.resource[type]?.[name] ?? [];
    if (!block) throw new Error(`There is no resource ${type}.${name}.`);
    const { for_each: each, count, ...given } = block as TerraformObject;
    delete given.depends_on;
    const make = (key: PlannedResource['key']): PlannedResource => {
      const worked = this.#work(given, key) as TerraformObject;
      return { name, key, attributes: { ...worked, ...this.#computed(type, worked) } };
    };
    if (each !== undefined) return (this.#work(each, undefined) as string[]).map(make);
    if (count === undefined) return [make(undefined)];
    return Array.from({ length: Number(this.#work(count, undefined)) }, (_item, index) => make(index));
  }

  #work(value: TerraformValue, each: PlannedResource['key']): TerraformValue {
    if (typeof value === 'string') {
      const parts = parseTemplate(value);
      const [only] = parts;
      if (parts.length === 1 && only) return this.#evaluate(only, each);
      return parts.map((part) => textOf(this.#evaluate(part, each))).join('');
    }
    if (Array.isArray(value)) return value.map((one) => this.#work(one, each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.#work(one, each)]));
  }

  #evaluate(expression: TerraformExpression, each: PlannedResource['key']): TerraformValue {
    const evaluate = (one: TerraformExpression) => this.#evaluate(one, each);
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'template':
        return this.#work(expression.text, each);
      case 'list':
        return expression.items.map(evaluate);
      case 'condition':
        return evaluate(expression.if) === true ? evaluate(expression.yes) : evaluate(expression.no);
      case 'equals':
        return JSON.stringify(evaluate(expression.one)) === JSON.stringify(evaluate(expression.other));
      case 'greater':
        return Number(evaluate(expression.one)) > Number(evaluate(expression.other));
      case 'call': {
        const items = expression.parameters.flatMap((one) => evaluate(one) as TerraformValue[]);
        if (expression.name === 'length') return items.length;
        if (expression.name === 'toset' || expression.name === 'setunion') return [...new Set(items)];
        if (expression.name === 'jsonencode') return JSON.stringify(items);
        throw new Error(`The function ${expression.name} is not supported.`);
      }
      case 'reference':
        return this.#reference(expression.names, expression.index && evaluate(expression.index), each);
    }
  }

  #reference(
    names: readonly string[],
    index: TerraformValue | undefined,
    each: PlannedResource['key'],
  ): TerraformValue {
    const [root = '', name = '', ...attributes] = names;
    if (root === 'each' && each !== undefined) return each;
    if (root === 'var') return this.#variable(name);
    if (root === 'local') {
      const block = this.#module.locals.find((one) => name in one);
      if (!block) throw new Error(`There is no local.${name}.`);
      return this.#work(block[name] as TerraformValue, undefined);
    }
    const found = this.#expand(root, name).find(({ key }) => key === index);
    const value = found?.attributes[attributes[0] ?? ''];
    if (value === undefined || attributes.length !== 1)
      throw new Error(`There is no ${names.join('.')} of ${JSON.stringify(index)}.`);
    return value;
  }

  #variable(name: string): TerraformValue {
    const given = this.#variables[name];
    if (given !== undefined) return given;
    const [block] = this.#module.variable[name] ?? [];
    if (block?.default === undefined) throw new Error(`The variable "${name}" has no value.`);
    return block.default as TerraformValue;
  }
}
