#!/usr/bin/env node
import module from 'node:module';

// Plain JavaScript: it has to run on whatever Node there is, and to say so where that is too old for the rest.
if (process.features.typescript) {
  // Node keeps the JavaScript that it has made of the TypeScript. Making it takes longer than the rest of the start.
  module.enableCompileCache?.();
  await import('./cli.ts');
} else {
  console.error(
    `This needs Node 22.18 or later, which runs TypeScript as it is, and ${process.version} is running. ` +
      'Where the package "node" is installed, as after "npm ci", use "npx node" in place of "node".',
  );
  process.exitCode = 1;
}
