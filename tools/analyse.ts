/** Static analysis of contracts/src by `forge lint`: every finding above informational has an answer here, or the tool fails. */
import { spawnSync } from 'node:child_process';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { CONTRACTS, forgeBinary } from './forge.ts';

interface Answer {
  /** Files in which it was looked at, and how often it stands there: one more is a new finding. */
  readonly where: Readonly<Record<string, number>>;
  readonly why: string;
}

const ANSWERS: Readonly<Record<string, Answer>> = {
  'block-timestamp': {
    where: {
      'AuditCourt.sol': 4,
      'Beacon.sol': 1,
      'DisputeDocket.sol': 3,
      'DisputeJury.sol': 2,
      'EpochClock.sol': 4,
      'MiningPool.sol': 3,
      'StakeRegistry.sol': 1,
      'TaskMarket.sol': 6,
      'WorkLedger.sol': 1,
    },
    why: 'windows last minutes to days; a producer that shifts a block by seconds moves nobody across one that it could not use anyway, and the seed does not depend on when it is drawn',
  },
  'unsafe-typecast': {
    where: {
      'AccessLib.sol': 6,
      'Adjudicator.sol': 3,
      'AuditCourt.sol': 2,
      'Beacon.sol': 2,
      'DisputeGame.sol': 3,
      'DisputeJury.sol': 2,
      'DisputeOpenings.sol': 2,
      'ElementLib.sol': 3,
      'EpochClock.sol': 1,
      'Float64Lib.sol': 2,
      'FloatLib.sol': 12,
      'FmaChainLib.sol': 8,
      'InstructionLib.sol': 1,
      'KernelLib.sol': 5,
      'MiningPool.sol': 5,
      'RefuteLib.sol': 3,
      'ScatterLib.sol': 2,
      'StakeRegistry.sol': 13,
      'TaskMarket.sol': 5,
      'TypeLib.sol': 5,
      'WorkLedger.sol': 2,
    },
    why: 'each value was compared with the type above, is a part of one that fits, is an epoch (seconds of chain time divided by at least one), a weight in gwei (all CXT is 10^17) or meant to be cut (192 bits of a digest, 160 of a root); in the arithmetic of disputes a significand is below 2^254, an exponent below 2^13, a sign is looked at before it is dropped, and what is read of an instruction has 32 bits',
  },
  'unchecked-call': {
    where: { 'BlsLib.sol': 4 },
    why: 'no precompile fails on what it is given here, and one that runs out of gas returns nothing, which the next one refuses: such a signature is not accepted',
  },
  'incorrect-shift': {
    where: {
      'ElementLib.sol': 3,
      'FoldLib.sol': 1,
      'FloatLib.sol': 2,
      'MiningPool.sol': 1,
      'ShardLib.sol': 1,
      'TypeLib.sol': 1,
    },
    why: 'a bit moved to its place, or a width doubled, is what is meant',
  },
};

interface Finding {
  readonly lint: string;
  readonly file: string;
  readonly line: string;
}

/** A finding is a line `warning[lint]: …` and one that names the place. */
export function findingsIn(report: string): Finding[] {
  const found: Finding[] = [];
  let lint: string | null = null;
  for (const line of report.split('\n')) {
    lint = /^(?:warning|error)\[([a-z0-9-]+)\]/.exec(line)?.[1] ?? lint;
    const place = /src\/(?:[a-z]+\/)*(\w+\.sol):(\d+):/.exec(line);
    if (lint === null || place === null) continue;
    found.push({ lint, file: place[1] ?? '', line: place[2] ?? '' });
    lint = null;
  }
  return found;
}

function countOf(findings: readonly Finding[], lint: string, file: string): number {
  return findings.filter((one) => one.lint === lint && one.file === file).length;
}

/** Findings without an answer: more of a kind in a file than were looked at. */
export function unanswered(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ lint, file }) => countOf(findings, lint, file) > (ANSWERS[lint]?.where[file] ?? 0));
}

function main(): void {
  const packages = fileURLToPath(new URL('../node_modules/@openzeppelin/contracts/', import.meta.url));
  const severities = ['high', 'med', 'low'].flatMap((severity) => ['--severity', severity]);
  const args = ['lint', ...severities, '-R', `@openzeppelin/contracts/=${packages}`, 'src', ...argv.slice(2)];
  const ran = spawnSync(forgeBinary(), args, {
    cwd: CONTRACTS,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (ran.error !== undefined) throw ran.error;
  const findings = findingsIn(`${ran.stdout}${ran.stderr}`);
  for (const [lint, { why }] of Object.entries(ANSWERS)) {
    const count = findings.filter((one) => one.lint === lint).length;
    process.stdout.write(`${String(count).padStart(3)}  ${lint}: ${why}\n`);
  }
  const open = unanswered(findings);
  for (const { lint, file, line } of open) process.stderr.write(`${file}:${line}: ${lint} has no answer\n`);
  process.stdout.write(`${findings.length} findings, ${open.length} without an answer\n`);
  if (findings.length === 0) process.stderr.write('no finding at all: forge lint did not run\n');
  if (open.length > 0 || findings.length === 0) process.exitCode = 1;
}

if (import.meta.main) main();
