import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import { buildSync } from 'esbuild';

/** The part of GitHub's parser of workflows that is used here. */
interface WorkflowParser {
  parseWorkflow(file: { name: string; content: string }, trace: object): ParsedWorkflow;
  convertWorkflowTemplate(context: ParsedWorkflow['context'], value: object): Promise<object>;
  readonly NoOperationTraceWriter: new () => object;
}

interface ParsedWorkflow {
  readonly value: object | undefined;
  readonly context: { readonly errors: { getErrors(): readonly { readonly message: string }[] } };
}

/**
 * Loads GitHub's own parser of workflows. Its modules import JSON as only bundlers let them, so it is bundled first.
 * Source: https://github.com/actions/languageservices/tree/main/workflow-parser
 */
export function loadWorkflowParser(): (name: string, content: string) => Promise<string[]> {
  const [bundle] = buildSync({
    entryPoints: ['@actions/workflow-parser'],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    logLevel: 'error',
  }).outputFiles;
  const module = { exports: {} };
  const require = createRequire(__filename);
  const run = compileFunction(bundle?.text ?? '', ['module', 'exports', 'require']) as (
    ...parameters: unknown[]
  ) => void;
  run(module, module.exports, require);
  const parser = module.exports as WorkflowParser;
  return async (name, content) => {
    const { context, value } = parser.parseWorkflow({ name, content }, new parser.NoOperationTraceWriter());
    if (value) await parser.convertWorkflowTemplate(context, value);
    return context.errors.getErrors().map(({ message }) => message);
  };
}
