#!/usr/bin/env node
// The compiler that forge calls: npm's solc behind the two options that forge needs, --version and --standard-json.
const { readFileSync } = require('node:fs');
const solc = require('solc');

/** forge hands over only what lies below its root; the packages beside it are read on demand. */
function readImport(path) {
  try {
    return { contents: readFileSync(path, 'utf8') };
  } catch (error) {
    return { error: String(error) };
  }
}

const options = process.argv.slice(2);
if (options.includes('--version')) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (options.includes('--standard-json')) {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8'), { import: readImport }));
} else {
  process.stderr.write(`tools/solc: --version or --standard-json is expected, not ${options.join(' ')}\n`);
  process.exitCode = 2;
}
