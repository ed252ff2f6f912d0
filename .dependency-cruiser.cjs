/** The rooms of docs and README, enforced: who may import whom. Type-only imports carry no behaviour. */
const NOT_TYPES = { dependencyTypesNot: ['type-only'] };

/** A room may import itself, npm packages and the listed rooms. */
function room(name, allowed, { typesFrom = [] } = {}) {
  const rooms = [name, ...allowed].join('|');
  const rules = [
    {
      name: `room-${name}`,
      severity: 'error',
      from: { path: `^src/${name}/` },
      to: { path: '^(src|emulators|test|scripts|bench)/', pathNot: `^src/(${rooms})/`, ...NOT_TYPES },
    },
    {
      name: `room-${name}-types`,
      severity: 'error',
      from: { path: `^src/${name}/` },
      to: {
        path: '^(src|emulators|test|scripts|bench)/',
        pathNot: `^src/(${[rooms, ...typesFrom].join('|')})/`,
        dependencyTypes: ['type-only'],
      },
    },
  ];
  return rules;
}

const IMPLEMENTATION_TYPES = { typesFrom: ['prediction', 'governance'] };
const DIALECT_TYPES = { typesFrom: ['prediction', 'questions', 'governance'] };

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: NOT_TYPES } },
    ...room('functions', ['dialects', 'prediction', 'questions', 'errors']),
    ...room('prediction', ['governance', 'json', 'errors']),
    ...room('questions', ['prediction', 'governance', 'json', 'errors']),
    ...room('vertex', ['json', 'errors'], IMPLEMENTATION_TYPES),
    ...room('credentials', ['errors'], IMPLEMENTATION_TYPES),
    ...room('caller', ['errors'], IMPLEMENTATION_TYPES),
    ...room('audit', ['errors'], DIALECT_TYPES),
    ...room('governance', ['json', 'errors']),
    ...room('dialects', ['json', 'errors'], DIALECT_TYPES),
    ...room('json', ['errors']),
    ...room('errors', []),
    {
      name: 'only-decisions-authorize',
      comment: 'Vertex AI is called with an AuthorizedCall, which the decision alone may make.',
      severity: 'error',
      from: { pathNot: '^src/governance/decide\\.ts$' },
      to: { path: '^src/governance/authorize\\.ts$', ...NOT_TYPES },
    },
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
      from: { path: '^src/', pathNot: '^src/main\\.ts$' },
      to: { path: '^src/(main|settings)\\.ts$' },
    },
    {
      name: 'emulators-are-independent',
      severity: 'error',
      from: { path: '^emulators/' },
      to: { path: '^(src|test|scripts|bench)/' },
    },
    {
      name: 'api-management-stands-alone',
      severity: 'error',
      from: { path: '^emulators/api-management/' },
      to: { path: '^(src|test|scripts|bench|emulators)/', pathNot: '^emulators/api-management/' },
    },
    {
      name: 'recording-only-looks',
      comment:
        'What follows a request through the policies evaluates nothing and writes no value as text: it can change no outcome.',
      severity: 'error',
      from: {
        path: '^emulators/api-management/engine/(describe-variable|exchange-watch|journeys?|record-step|secret-mask|write-journey)\\.ts$',
      },
      to: {
        path: '^emulators/api-management/expressions/',
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
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
