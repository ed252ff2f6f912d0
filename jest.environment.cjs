const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

const { compileFunction } = vm;

/**
 * Jest gives each module that it compiles a callback of its own for `import()`. Node keeps it, and with it all modules of
 * the file of tests, for as long as the process lives, and compiles no code only once. Dynamic imports of packages go
 * to Node's own loader instead. Those of our code become `require` when it is compiled.
 * https://nodejs.org/api/vm.html#when-importmoduledynamically-is-vmconstantsuse_main_context_default_loader
 */
vm.compileFunction = (code, parameters, options) =>
  compileFunction(code, parameters, {
    ...options,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });

module.exports = TestEnvironment;
