import { checkTools, type ToolField } from '../../../src/dialects/check-tools.ts';
import type { ToolVerdict } from '../../../src/governance/judge-tool.ts';
import { thrownBy } from '../thrown-by.ts';

const FIELD = { path: ['tools', 0, 'googleSearch'], tool: 'googleSearch' } as const;
const STORE: ToolField = {
  path: ['tools', 1, 'retrieval', 'vertexAiSearch'],
  tool: 'vertexAiSearch',
  sources: [
    { path: ['tools', 1, 'retrieval', 'vertexAiSearch', 'datastore'], name: 'one' },
    { path: ['tools', 1, 'retrieval', 'vertexAiSearch', 'engine'], name: 'other' },
  ],
};

function judging(verdict: ToolVerdict) {
  return { judgeTool: () => verdict };
}

test('lets through what is allowed', () => {
  checkTools(judging('allowed'), [FIELD, STORE]);
  checkTools(judging('not-allowed'), []);
});

test.each<[ToolVerdict, string, string]>([
  [
    'not-allowed',
    'gives the model googleSearch, a tool that the rules do not allow',
    'No rule allows your roles the tool googleSearch. Ask the platform team to add it to the tools that you may use.',
  ],
  [
    'outside-residency',
    'is a tool that does not stay in the locations of your residency rules',
    'A residency rule keeps your calls in its locations, and googleSearch does not stay there. Leave it out, or ask the platform team which tools stay.',
  ],
])('refuses a tool that is %s, with its member and what to ask for', (verdict, description, advice) => {
  expect(thrownBy(() => checkTools(judging(verdict), [FIELD]))).toMatchObject({
    code: 'TOOL_NOT_ALLOWED',
    message: `The member tools[0].googleSearch of the body ${description}. ${advice}`,
    violations: [{ field: 'tools[0].googleSearch', description }],
  });
});

test('names the source that is not listed, never its value', () => {
  const call = {
    judgeTool: (_: string, [source]: readonly string[] = []) =>
      source === 'one' ? ('allowed' as const) : ('source-not-allowed' as const),
  };
  const error = thrownBy(() => checkTools(call, [STORE]));
  expect(error).toMatchObject({
    code: 'TOOL_NOT_ALLOWED',
    violations: [
      {
        field: 'tools[1].retrieval.vertexAiSearch.engine',
        description: 'is not a source that the rules let vertexAiSearch reach',
      },
    ],
  });
  expect(JSON.stringify(error)).not.toContain('other');
});

test('tells what is no full name before what is not allowed', () => {
  const call = {
    judgeTool: (_: string, [source]: readonly string[] = []) =>
      source === 'other' ? ('source-malformed' as const) : ('source-not-allowed' as const),
  };
  expect(thrownBy(() => checkTools(call, [FIELD, STORE]))).toMatchObject({
    code: 'INVALID_REQUEST',
    violations: [
      {
        field: 'tools[1].retrieval.vertexAiSearch.engine',
        description: 'must be the full name or address of a source of vertexAiSearch',
      },
    ],
  });
});

test('names the tool itself where it may not be used at all', () => {
  expect(thrownBy(() => checkTools(judging('not-allowed'), [STORE]))).toMatchObject({
    violations: [{ field: 'tools[1].retrieval.vertexAiSearch' }],
  });
});
