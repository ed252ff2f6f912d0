/** A resource of a compiled template. A module is a nested deployment. */
export interface ArmResource {
  readonly type: string;
  /** The symbolic name, by which Bicep knows it. */
  readonly name: string;
  readonly properties?: Readonly<Record<string, unknown>> & {
    readonly template?: ArmTemplate;
    readonly parameters?: Readonly<Record<string, unknown>>;
  };
  readonly identity?: object;
}

/** A template of Azure Resource Manager, as Bicep's compiler writes it. */
export interface ArmTemplate {
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<string, Omit<ArmResource, 'name'>>>;
}

/** Reads the compiler's output. @throws Error when it is no template with symbolic names. */
export function readTemplate(output: string): ArmTemplate {
  const template = JSON.parse(output) as ArmTemplate & { languageVersion?: string };
  if (template.languageVersion === undefined) throw new Error('The template has no symbolic names.');
  return template;
}

/** Lists the resources of a template and of the modules in it. Those that exist elsewhere are left out. */
export function findResources(template: ArmTemplate): ArmResource[] {
  return Object.entries(template.resources).flatMap(([name, resource]) => {
    if ('existing' in resource) return [];
    const nested = resource.properties?.template;
    return [{ ...resource, name }, ...(nested ? findResources(nested) : [])];
  });
}
