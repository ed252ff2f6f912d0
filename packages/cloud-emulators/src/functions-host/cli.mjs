#!/usr/bin/env node
// Plain JavaScript: it has to run on whatever Node there is, and to say so where that is too old for the rest.
if (process.features.typescript) {
  await import('./cli.ts');
} else {
  console.error(
    `This needs Node 22.18 or later, which runs TypeScript as it is, and ${process.version} is running. ` +
      'Where the package "node" is installed, as after "npm ci", use "npx node" in place of "node".',
  );
  process.exitCode = 1;
}
