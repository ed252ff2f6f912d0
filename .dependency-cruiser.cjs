/** The rooms of docs/architecture.md, enforced: who may import whom. Type-only imports carry no behaviour. */
const NOT_TYPES = { dependencyTypesNot: ['type-only'] };

/** Every folder of the product and the packages beside it. */
const OURS = '^(src|packages|test|scripts|bench)/';

const NOT_BY_NAME = { dependencyTypesNot: ['aliased-workspace'] };

const LEDGER = 'packages/audit-ledger';
const DETECTORS = 'packages/content-detectors';

/** The folders of the audit ledger in their order, as its README lists them. */
const LEDGER_FOLDERS = [
  'record',
  'time',
  'azure',
  'storage',
  'keys',
  'ledger',
  'write-ahead',
  'transparency-log',
  'shipping',
  'contents',
  'reading',
  'verification',
  'bundles',
  'commands',
];

/** A folder of the audit ledger imports those before it. What the package's entries join, no folder imports. */
function ledgerFolder(name, index) {
  const before = LEDGER_FOLDERS.slice(0, index + 1).join('|');
  return {
    name: `audit-ledger-${name}`,
    severity: 'error',
    from: { path: `^${LEDGER}/src/${name}/` },
    to: {
      path: `^${LEDGER}/src/`,
      pathNot: `^${LEDGER}/src/((${before})/|(audit-error|input-invalid)\\.ts$)`,
    },
  };
}

/** A pattern of the paths in rooms of `src/`, and in packages, which are named by their paths. */
function pathsIn(names) {
  const rooms = names.filter((name) => !name.includes('/'));
  const packages = names.filter((name) => name.includes('/'));
  return [`^src/(${rooms.join('|')})/`, ...packages.map((path) => `^${path}/`)].join('|');
}

/** A room may import itself, npm packages, and the listed rooms and packages. */
function room(name, allowed, { typesFrom = [] } = {}) {
  const rooms = [name, ...allowed];
  const rules = [
    {
      name: `room-${name}`,
      severity: 'error',
      from: { path: `^src/${name}/` },
      to: { path: OURS, pathNot: pathsIn(rooms), ...NOT_TYPES },
    },
    {
      name: `room-${name}-types`,
      severity: 'error',
      from: { path: `^src/${name}/` },
      to: {
        path: OURS,
        pathNot: pathsIn([...rooms, ...typesFrom]),
        dependencyTypes: ['type-only'],
      },
    },
  ];
  return rules;
}

const AUDIT_TYPES = { typesFrom: [LEDGER] };
const IMPLEMENTATION_TYPES = { typesFrom: ['prediction', 'governance'] };
const DIALECT_TYPES = { typesFrom: ['prediction', 'questions', 'governance', LEDGER] };

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: NOT_TYPES } },
    ...room('functions', ['dialects', 'prediction', 'questions', 'errors']),
    ...room('prediction', ['governance', 'json', 'errors'], AUDIT_TYPES),
    ...room('questions', ['prediction', 'governance', 'json', 'errors', LEDGER]),
    ...room('vertex', ['json', 'errors'], IMPLEMENTATION_TYPES),
    ...room('credentials', ['errors', LEDGER], IMPLEMENTATION_TYPES),
    ...room('caller', ['governance', 'errors'], IMPLEMENTATION_TYPES),
    ...room('audit', ['errors', LEDGER], IMPLEMENTATION_TYPES),
    ...room('protection', ['json', 'errors', DETECTORS], IMPLEMENTATION_TYPES),
    ...room('governance', ['json', 'errors', DETECTORS]),
    ...room('dialects', ['json', 'errors', LEDGER], DIALECT_TYPES),
    ...room('json', ['errors']),
    ...room('doctor', ['governance', 'errors']),
    ...room('errors', []),
    {
      name: 'only-functions-knows-the-host',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(functions/|main\\.ts$)' },
      to: { path: '@azure/functions' },
    },
    {
      name: 'only-vertex-knows-protobuf',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/vertex/' },
      to: { path: '(@google-cloud/aiplatform|google-gax|protobufjs|@grpc/grpc-js)' },
    },
    {
      name: 'only-main-reads-settings',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main|start)\\.ts$' },
      to: { path: '^src/(main|settings)\\.ts$' },
    },
    {
      name: 'packages-import-nothing-of-the-product',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(src|test|scripts|bench)/' },
    },
    {
      name: 'packages-are-entered-by-their-exports',
      comment: 'An import by path would get round the list of exports.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: '^packages/$1/', ...NOT_BY_NAME },
    },
    {
      name: 'the-product-enters-packages-by-their-exports',
      severity: 'error',
      from: { pathNot: '^packages/' },
      to: { path: '^packages/', ...NOT_BY_NAME },
    },
    {
      name: 'csharp-expressions-stands-alone',
      severity: 'error',
      from: { path: '^packages/csharp-expressions/src/' },
      to: { path: OURS, pathNot: '^packages/csharp-expressions/src/' },
    },
    {
      name: 'content-detectors-stand-alone',
      severity: 'error',
      from: { path: '^packages/content-detectors/src/' },
      to: { path: OURS, pathNot: '^packages/content-detectors/src/' },
    },
    {
      name: 'apim-emulator-needs-expressions-alone',
      severity: 'error',
      from: { path: '^packages/apim-emulator/src/' },
      to: { path: OURS, pathNot: '^packages/(apim-emulator|csharp-expressions)/src/' },
    },
    ...LEDGER_FOLDERS.map(ledgerFolder),
    {
      name: 'packages-need-no-test-support-to-run',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/test-support/' },
      to: { path: '^packages/(test-support/|[^/]+/test/)' },
    },
    {
      name: 'recording-only-looks',
      comment:
        'What follows a request through the policies evaluates nothing and writes no value as text: it can change no outcome.',
      severity: 'error',
      from: {
        path: '^packages/apim-emulator/src/engine/(describe-variable|exchange-watch|journeys?|record-step|secret-mask|write-journey)\\.ts$',
      },
      to: {
        path: '^packages/csharp-expressions/src/',
        pathNot: '/(types|values/(boxed|guid|json-token)|text/percent-encoding)\\.ts$',
        ...NOT_TYPES,
      },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@azure/functions-core$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Their packages are installed by the lane of the real clients alone.
    exclude: { path: '^test/real-clients/(frameworks|pages)/' },
    tsPreCompilationDeps: true,
    // The packages' own manifests don't say that they are workspaces.
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
