import './supported-node.ts';

// Modules are parsed before the first of them runs, and an older Node may not even parse them. So only the check is
// imported at once.
const { keepCompiledCode } = await import('./compiled-code.ts');
keepCompiledCode();
await import('./main.ts');
