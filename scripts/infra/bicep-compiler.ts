import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = 'Azure.Bicep.CommandLine.linux-x64';
const VERSION = '0.49.2';
const FOLDER = join(import.meta.dirname, '..', '..', '.local', 'bicep');
const COMPILER = join(FOLDER, PACKAGE.toLowerCase(), VERSION, 'tools', 'bicep');

/**
 * Returns the path of Bicep's own compiler, which `dotnet` brings from NuGet into `.local` the first time.
 * Source: https://www.nuget.org/packages/Azure.Bicep.CommandLine.linux-x64
 * @throws Error where there is no .NET SDK, or no x64 Linux.
 */
function fetchBicepCompiler(): string {
  if (existsSync(COMPILER)) return COMPILER;
  mkdirSync(FOLDER, { recursive: true });
  const project = join(FOLDER, 'compiler.csproj');
  writeFileSync(
    project,
    `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>netstandard2.0</TargetFramework><DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences></PropertyGroup>
  <ItemGroup><PackageDownload Include="${PACKAGE}" Version="[${VERSION}]" /></ItemGroup>
</Project>
`,
  );
  const { status, error, stdout, stderr } = spawnSync('dotnet', ['restore', project, '--packages', FOLDER], {
    encoding: 'utf8',
  });
  if (error) throw new Error(`Bicep's compiler needs the .NET SDK: ${error.message}`);
  if (status !== 0 || !existsSync(COMPILER))
    throw new Error(`Bicep's compiler could not be restored:\n${stdout}${stderr}`);
  chmodSync(COMPILER, 0o755);
  return COMPILER;
}

/** A finished run of the compiler. */
export interface BicepResult {
  /** The diagnostics, one a line: errors, warnings and hints of the linter. */
  readonly diagnostics: readonly string[];
  /** The JSON that it wrote; empty after an error. */
  readonly output: string;
}

/** Runs the compiler in a folder, which the paths of its diagnostics begin at, with more environment variables. */
export function runBicep(
  parameters: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): BicepResult {
  const { stdout, stderr, error } = spawnSync(fetchBicepCompiler(), parameters, {
    cwd: folder,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return { diagnostics: lines.map((line) => line.replaceAll(`${folder}/`, '')), output: stdout };
}
