#!/usr/bin/env node
/** The Solidity compiler as forge wants it: an executable with `--version` and `--standard-json`, over the npm package `solc`. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import solc from 'solc';

const STDIN = 0;

/** forge passes the path of its root where imports are not part of the input. */
function readImport(path) {
  try {
    return { contents: readFileSync(resolve(path), 'utf8') };
  } catch (cause) {
    return { error: cause instanceof Error ? cause.message : String(cause) };
  }
}

const args = process.argv.slice(2);
if (args.includes('--version')) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (args.includes('--standard-json')) {
  process.stdout.write(solc.compile(readFileSync(STDIN, 'utf8'), { import: readImport }));
} else {
  process.stderr.write('usage: solc.js --version | solc.js --standard-json < input\n');
  process.exitCode = 2;
}
