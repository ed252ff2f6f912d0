import type { Metafile } from 'esbuild';
import { findOverruns } from '../../scripts/start-budget.ts';

const BUDGET = { bytes: 100, modules: 2, packages: ['@grpc/', 'heavy'] };

interface Chunk {
  readonly bytes?: number;
  readonly inputs: readonly string[];
  readonly imports?: readonly string[];
  readonly later?: readonly string[];
}

/** Makes the description of a bundle whose chunk `app` has the source `src/app.ts`. */
function metafile(chunks: Readonly<Record<string, Chunk>>): Metafile {
  const outputs = Object.entries(chunks).map(([name, { bytes = 10, inputs, imports = [], later = [] }]) => [
    name,
    {
      bytes,
      inputs: Object.fromEntries(inputs.map((path) => [path, { bytesInOutput: 1 }])),
      imports: [
        ...imports.map((path) => ({ path, kind: 'import-statement' })),
        ...later.map((path) => ({ path, kind: 'dynamic-import' })),
      ],
      exports: [],
      ...(name === 'app' && { entryPoint: 'src/app.ts' }),
    },
  ]);
  return { inputs: {}, outputs: Object.fromEntries(outputs) as Metafile['outputs'] };
}

test('what is imported later is not part of the start', () => {
  const bundle = metafile({
    app: { inputs: ['src/app.ts'], imports: ['shared'], later: ['grpc'] },
    shared: { inputs: ['src/shared.ts'], imports: ['app'] },
    grpc: { bytes: 1_000, inputs: ['node_modules/@grpc/grpc-js/a.js', 'b.js'], imports: ['shared'] },
  });
  expect(findOverruns(bundle, 'src/app.ts', BUDGET)).toEqual([]);
});

test.each<[what: string, chunks: Record<string, Chunk>, overruns: readonly string[]]>([
  [
    'too many bytes',
    { app: { bytes: 60, inputs: ['src/app.ts'], imports: ['a'] }, a: { bytes: 50, inputs: [] } },
    ['110 bytes are loaded, and 100 may be.'],
  ],
  [
    'too many modules',
    { app: { inputs: ['src/app.ts', 'b.ts', 'c.ts'] } },
    ['3 modules are loaded, and 2 may be.'],
  ],
  [
    'a package that belongs behind an import()',
    { app: { inputs: ['src/app.ts'], imports: ['a'] }, a: { inputs: ['node_modules/@grpc/grpc-js/a.js'] } },
    ['node_modules/@grpc/grpc-js/a.js is loaded at the start, and belongs behind an import().'],
  ],
  ['no such entry', { other: { inputs: [] } }, ['No chunk has src/app.ts.']],
])('%s at the start is reported', (_what, chunks, overruns) => {
  expect(findOverruns(metafile(chunks), 'src/app.ts', BUDGET)).toEqual(overruns);
});
