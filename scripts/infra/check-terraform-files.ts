import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The parser, without its own types: those bring a browser's, which differ from Node's. */
const require = createRequire(import.meta.url);
const { parse } = require('@cdktn/hcl2json') as {
  parse: (name: string, text: string) => Promise<Record<string, unknown>>;
};

/** A block of a Terraform file as the parser gives it: values of arguments, and lists of the blocks in it. */
type Block = Readonly<Record<string, unknown>>;

/** The blocks of a Terraform file or folder, by kind, type and name. */
export interface TerraformModule {
  readonly resource: Readonly<Record<string, Readonly<Record<string, readonly Block[]>>>>;
  readonly variable: Readonly<Record<string, readonly Block[]>>;
  readonly output: Readonly<Record<string, readonly Block[]>>;
  readonly locals: readonly Block[];
  readonly terraform: readonly Block[];
}

/** The arguments and blocks that a resource, or a block in one, may have. */
interface BlockSchema {
  readonly arguments: readonly string[];
  readonly required: readonly string[];
  readonly blocks?: Readonly<Record<string, BlockSchema>>;
}

interface ProviderSchema {
  readonly resources: Readonly<Record<string, BlockSchema>>;
}

/** https://developer.hashicorp.com/terraform/language/meta-arguments */
const META_ARGUMENTS = new Set(['for_each', 'count', 'depends_on', 'lifecycle', 'provider']);
const SCHEMA = join(import.meta.dirname, 'google-provider-schema.json');

/** Reads every `.tf` file of a folder as one module. @throws Error for a file that is no HCL, with its place. */
export async function readTerraform(folder: string): Promise<TerraformModule> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  const parsed = await Promise.all(
    files.map(async (name) => parse(name, readFileSync(join(folder, name), 'utf8'))),
  );
  const gather = (kind: string): Record<string, readonly Block[]> =>
    Object.assign({}, ...parsed.map((file) => file[kind] ?? {})) as Record<string, readonly Block[]>;
  const list = (kind: string): Block[] => parsed.flatMap((file) => (file[kind] ?? []) as Block[]);
  const resource: Record<string, Record<string, readonly Block[]>> = {};
  for (const file of parsed)
    for (const [type, named] of Object.entries((file.resource ?? {}) as TerraformModule['resource']))
      resource[type] = { ...resource[type], ...named };
  return {
    resource,
    variable: gather('variable'),
    output: gather('output'),
    locals: list('locals'),
    terraform: list('terraform'),
  };
}

/**
 * Finds what Terraform would refuse in a module: resources, blocks and arguments that the provider does not have or
 * misses, and references to nothing.
 */
export function findTerraformMistakes(module: TerraformModule, schema = readProviderSchema()): string[] {
  const resources = Object.entries(module.resource).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, blocks]) => {
      const own = schema.resources[type];
      const place = `${type}.${name}`;
      if (!own) return [`${place}: The provider's schema has no such resource.`];
      return blocks.flatMap((block) => findBlockMistakes(block, own, place, META_ARGUMENTS));
    }),
  );
  return [...resources, ...findDanglingReferences(module)];
}

function readProviderSchema(): ProviderSchema {
  return JSON.parse(readFileSync(SCHEMA, 'utf8')) as ProviderSchema;
}

function findBlockMistakes(
  block: Block,
  schema: BlockSchema,
  place: string,
  also: ReadonlySet<string> = new Set(),
): string[] {
  const mistakes = schema.required
    .filter((name) => !(name in block))
    .map((name) => `${place}: The argument "${name}" is missing.`);
  for (const [name, value] of Object.entries(block)) {
    const nested = schema.blocks?.[name];
    if (nested)
      for (const one of value as Block[])
        mistakes.push(...findBlockMistakes(one, nested, `${place}.${name}`));
    else if (!schema.arguments.includes(name) && !also.has(name))
      mistakes.push(`${place}: There is no argument "${name}".`);
  }
  return mistakes;
}

/** Finds names of variables, locals and resources that no file of the module declares. */
function findDanglingReferences(module: TerraformModule): string[] {
  const declared = new Set([
    ...Object.keys(module.variable).map((name) => `var.${name}`),
    ...module.locals.flatMap((block) => Object.keys(block)).map((name) => `local.${name}`),
    ...Object.entries(module.resource).flatMap(([type, named]) =>
      Object.keys(named).map((name) => `${type}.${name}`),
    ),
  ]);
  const text = JSON.stringify(module);
  const references = new Set(
    Array.from(text.matchAll(/\b(?:var|local|google_\w+)\.[a-z_]\w*/g), ([whole]) => whole),
  );
  const unused = Object.keys(module.variable).filter((name) => !references.has(`var.${name}`));
  return [
    ...[...references].filter((name) => !declared.has(name)).map((name) => `${name}: Nothing declares it.`),
    ...unused.map((name) => `var.${name}: Nothing uses it.`),
  ];
}
