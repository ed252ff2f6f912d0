import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', 'test', 'real-clients');
/** `npm ci` begins by removing the folder of this file. */
const INSTALLED = join(FOLDER, 'node_modules', '.installed');

/** Installs the clients of test/real-clients, unless those of its lock file are there for this machine. */
function run(): void {
  const wanted = describeInstallation();
  if (readInstalled() === wanted) return;
  const { status } = spawnSync('npm', ['ci', '--prefix', FOLDER, '--no-audit', '--no-fund'], {
    stdio: 'inherit',
  });
  if (status === 0) writeFileSync(INSTALLED, wanted);
  else process.exitCode = 1;
}

/** The hash of the manifest and the lock file, and the machine that the packages' programs are for. */
function describeInstallation(): string {
  const hash = createHash('sha256');
  for (const name of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(FOLDER, name)));
  return `${hash.digest('hex')} ${process.platform} ${process.arch} ${process.version}\n`;
}

function readInstalled(): string | undefined {
  try {
    return readFileSync(INSTALLED, 'utf8');
  } catch {
    return undefined;
  }
}

run();
