import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ServiceDefinitionError } from './service-definition.ts';

/**
 * The files of APIOps that change nothing of how a request is handled here, by path with hyphens for
 * spaces; it has to be JSON all the same.
 * Source: https://azure.github.io/apiops/apiops/3-apimTools/apiops-2-2-tools-extractor.html
 */
const IGNORED_ARTIFACTS = [
  /^policy-fragments\/[^/]+\/policyFragmentInformation\.json$/,
  /^(groups|loggers|tags|authorization-servers)\/[^/]+\/(group|logger|tag|authorizationServer)Information\.json$/,
  /^products\/[^/]+\/(apis|groups|tags)\/[^/]+\/product(Api|Group|Tag)Information\.json$/,
  /^apis\/[^/]+\/tags\/[^/]+\/(apiTag|tagApi)Information\.json$/,
];

/** The files of a service's folder; it knows which of them somebody has read. */
export class ArtifactFiles {
  readonly #read = new Set<string>();
  readonly #givenUp: string[] = [];

  has(file: string): boolean {
    return existsSync(file);
  }

  text(file: string): string {
    this.#read.add(file);
    return readFileSync(file, 'utf8');
  }

  /** @throws {ServiceDefinitionError} for a file that is missing or no JSON. */
  json(file: string): unknown {
    if (!existsSync(file)) throw new ServiceDefinitionError(file, 'The file is missing.');
    const source = this.text(file);
    try {
      return JSON.parse(source) as unknown;
    } catch (error) {
      const at = /at position (\d+)/.exec(String(error))?.[1];
      const place = at === undefined ? undefined : placeOf(source, Number(at));
      throw new ServiceDefinitionError(file, 'It is no JSON.', place);
    }
  }

  /** The properties of a resource. @throws {ServiceDefinitionError} where there are none. */
  properties(file: string): Record<string, unknown> {
    const { properties } = (this.json(file) ?? {}) as { properties?: Record<string, unknown> };
    if (!properties) throw new ServiceDefinitionError(file, 'It has no "properties".');
    return properties;
  }

  /** Names of the folders in one, sorted; none where it isn't there. */
  folders(directory: string): string[] {
    return entriesOf(directory).flatMap(({ name, isFolder }) => (isFolder ? [name] : []));
  }

  /** Marks a folder as refused: its other files are unread for that reason alone. */
  giveUp(folder: string): void {
    this.#givenUp.push(folder + sep);
  }

  /** Every file that nobody has read, and that isn't about other things; what a dot hides aside. */
  unread(directory: string): string[] {
    return filesIn(directory).filter((file) => {
      if (this.#read.has(file) || this.#givenUp.some((folder) => file.startsWith(folder))) return false;
      const path = relative(directory, file).split(sep).join('/');
      const [first = '', ...rest] = path.split('/');
      return !IGNORED_ARTIFACTS.some((known) => known.test([first.replaceAll(' ', '-'), ...rest].join('/')));
    });
  }
}

function filesIn(directory: string): string[] {
  return entriesOf(directory).flatMap(({ name, isFolder }) =>
    isFolder ? filesIn(join(directory, name)) : [join(directory, name)],
  );
}

function entriesOf(directory: string): { readonly name: string; readonly isFolder: boolean }[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Returns line and column, which count from 1. */
function placeOf(source: string, offset: number): { line: number; column: number } {
  const lines = source.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
