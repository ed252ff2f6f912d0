import type { Metafile } from 'esbuild';

/** The bounds of what the function app loads before its first call. Everything else is imported by what needs it first. */
export interface StartBudget {
  readonly bytes: number;
  readonly modules: number;
  /** The beginnings of the paths of packages that a start must not load. */
  readonly packages: readonly string[];
}

/**
 * Lists how the modules that a bundle's entry loads at once exceed a budget.
 * @param entry the source file whose chunk, with all that this chunk imports statically, is loaded at once.
 */
export function findOverruns({ outputs }: Metafile, entry: string, budget: StartBudget): string[] {
  const loaded = new Map<string, Metafile['outputs'][string]>();
  const waiting = Object.keys(outputs).filter((file) => outputs[file]?.entryPoint === entry);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const output = outputs[file];
    if (!output || loaded.has(file)) continue;
    loaded.set(file, output);
    for (const { kind, path } of output.imports) if (kind === 'import-statement') waiting.push(path);
  }
  const chunks = [...loaded.values()];
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const modules = chunks.flatMap(({ inputs }) => Object.keys(inputs));
  return [
    ...(chunks.length === 0 ? [`No chunk has ${entry}.`] : []),
    ...(bytes > budget.bytes ? [`${bytes} bytes are loaded, and ${budget.bytes} may be.`] : []),
    ...(modules.length > budget.modules
      ? [`${modules.length} modules are loaded, and ${budget.modules} may be.`]
      : []),
    ...budget.packages.flatMap((name) =>
      modules
        .filter((module) => module.includes(`node_modules/${name}`))
        .slice(0, 1)
        .map((module) => `${module} is loaded at the start, and belongs behind an import().`),
    ),
  ];
}
