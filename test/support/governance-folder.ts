import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SAMPLE = resolve(__dirname, '../../governance');
/** The folder of copies; a name with the process keeps parallel runs apart. */
const COPIES = resolve(__dirname, '../../.local/test-governance');
const DAY_IN_MS = 86_400_000;
/** Callers are told of an end so many days before; answers differ from then on. */
const DAYS_OF_WARNING = 61;
/** The models that tests call as living ones, although their vendors have told their ends. */
const CALLED = ['text-embedding-005'];

/**
 * Returns the folder of the governance documents that tests run under: the sample's own, or, when the end of a model that
 * tests call comes near, a copy in which it is far away. So no test depends on the day on which it runs.
 */
export function governanceFolder(now = Date.now()): string {
  const catalog = readFileSync(join(SAMPLE, 'catalog.yaml'), 'utf8');
  const kept = CALLED.reduce((text, name) => withoutEnd(text, name, now), catalog);
  if (kept === catalog) return SAMPLE;
  const folder = join(COPIES, String(process.pid));
  mkdirSync(folder, { recursive: true });
  cpSync(SAMPLE, folder, { recursive: true });
  const written = join(folder, 'catalog.yaml.new');
  writeFileSync(written, kept);
  renameSync(written, join(folder, 'catalog.yaml'));
  return folder;
}

/** Moves the end of an entry far away when it is near or past. */
function withoutEnd(catalog: string, name: string, now: number): string {
  const entry = new RegExp(`(\\n  - name: ${name}\\n(?:    .*\\n)*?      on: )(\\d{4}-\\d\\d-\\d\\d)\\n`);
  return catalog.replace(entry, (text, before: string, on: string) =>
    Date.parse(on) - now < DAYS_OF_WARNING * DAY_IN_MS ? `${before}2999-12-31\n` : text,
  );
}
