/** The tasks of `npm run`: what each does, in the groups and the order in which `npm run help` shows them. */
export const TASKS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Run it': {
    start: 'run the gateway and the clouds, emulated; -- --port N, --https, --instances N',
    token: 'print a bearer token of a sample caller; -- <application>',
    flowers: 'classify 150 iris flowers through the gateway that runs',
    doctor: 'say what breaks the gateway, and what mends it; -- --url URL if deployed',
    smoke: 'call a deployed gateway as a consumer, and wait for the records; -- --url URL',
    build: 'bundle the function app into dist/',
  },
  'Test it': {
    test: 'run every test, or those of a path; -- test/unit',
    'test:unit': 'run the unit tests of the function app',
    'test:watch': 'run the unit tests of what has changed, again at every change',
    'test:coverage': 'run the unit tests and count the lines and branches of src/ that they run',
    'test:clients': 'install large clients and run them against the chain; -- -u records what they send anew',
    'test:infra': "compile infra/ with Bicep's compiler, by the .NET SDK",
    'test:mutants': 'change the code and see if tests notice; -- src/caller, --seed N',
    jest: "run Jest without building first; -- and Jest's own options",
    check: 'run every check below, two at a time',
    'check:types': 'check types',
    'check:lint': 'lint',
    'check:comments': 'check that comments and names are plain English',
    'check:boundaries': 'check who imports whom',
    'check:dead-code': 'find exports, files and packages that nothing uses',
    'check:policy': 'check that what is derived from governance/ is up to date',
    'check:openapi': 'check that the OpenAPI documents are up to date, and lint them',
    'check:docs': 'check that the tables of fields and of clients are up to date',
    'check:bundle': 'check what the function app loads at its start',
    'check:bicep': 'check the Bicep files under infra/',
    'check:terraform': 'check the Terraform files under infra/',
    'check:links': 'check links between files, and documents that code names',
    'check:format': 'check the format of all files',
    format: 'format all files',
  },
  Policies: {
    'policy:check': 'validate governance/ and print who may do what where',
    'policy:diff': 'print what the change since a git revision lets in and shuts out; -- main',
    'policy:explain': 'print what a call would get, and why; -- --application NAME --path PATH',
    'policy:build': 'derive the files under apim/ and the schemas',
    'openapi:build': 'write the OpenAPI documents under apim/apis/',
  },
  Audit: {
    'docs:build': 'write the tables of docs/audit.md and docs/clients.md',
    'audit:verify': 'verify the ledger or a bundle; ends with 1 when something is wrong',
    'audit:export': 'write a signed bundle of a period; -- --out FOLDER',
    'audit:witness': 'write the newest signed head of all chains, to be kept elsewhere; -- --out FILE',
    'audit:content': 'show what was kept of a call; -- RECORD_ID',
    'audit:erase': 'erase what is kept of a person; -- --subject ISSUER/ID --reason TEXT',
  },
  'Measure it': {
    bench: 'the gateway beside a bare proxy; -- --short, --against REVISION',
    'bench:profile': 'where the CPU time of a call goes; -- --target strict, --streams',
    'bench:decisions': 'how long a decision takes with 10 to 10,000 rules',
    'bench:json': 'how long reading a body takes',
    'bench:edge': "what the edge's policies add to a call",
    'bench:endurance': 'whether the local chain stays as fast at 100 calls/s: --minutes N',
    'bench:growth': 'what calls and open streams leave in memory: --calls N, --streams N',
    'bench:starts': 'how long starting the chain and restarting the function app takes',
    'bench:verification': 'how long verifying a million entries takes',
    'bench:detectors': 'what the detectors of content find and miss, and how long they take; -- --show',
    'bench:scale': 'what the audit trail needs of Azure at 1,000 instances, and its cost',
    'bench:hostile': 'what hostile calls cost everybody else',
  },
  Maintain: {
    help: 'print this list',
    'release:notes': 'print the notes of a release from CHANGELOG.md; -- <tag>',
    'train:iris': 'train the sample model of the emulated Vertex AI anew',
  },
};

/** Hooks that npm runs by itself before or after a task of the same name. */
const HOOK = /^(pre|post)/;

/**
 * Returns the list of tasks: a heading for each group, and a line for each task.
 * @param scripts names of the scripts of package.json; hooks are left out, and a task without a description stands
 * in a group of its own at the end.
 */
export function describeTasks(scripts: readonly string[]): string {
  const tasks = scripts.filter((name) => !HOOK.test(name) || !scripts.includes(name.replace(HOOK, '')));
  const width = Math.max(...tasks.map((name) => name.length)) + 2;
  const known = new Set(Object.values(TASKS).flatMap((group) => Object.keys(group)));
  const others = tasks.filter((name) => !known.has(name));
  const groups = [
    ...Object.entries(TASKS),
    ...(others.length > 0 ? [['Others', Object.fromEntries(others.map((name) => [name, '']))] as const] : []),
  ];
  const lines = groups.map(([title, group]) =>
    [title, ...Object.entries(group).map(([name, text]) => `  ${name.padEnd(width)}${text}`.trimEnd())].join(
      '\n',
    ),
  );
  return ['npm run <task>, npm run <task> -- <options>', ...lines].join('\n\n');
}
