// This file is plain JavaScript, so that any version of Node can run it. `npm ci` installs the right one (package "node").
const [major] = process.versions.node.split('.');
if (major !== '24') {
  console.error(
    `This needs Node 24, and ${process.version} is running. ` +
      'The package "node" brings it when its install script may run: use "npm ci" without --ignore-scripts, ' +
      'or "npm rebuild node", or install Node 24.',
  );
  process.exit(1);
}
