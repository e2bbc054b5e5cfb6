/** Exit codes of `corex`: one for each kind of failure, so that a script can tell them apart. */

interface ExitRow {
  readonly code: number;
  readonly meaning: string;
  /** Error codes that end with it; the first row that matches counts. */
  readonly errors: RegExp;
}

export const exitTable: readonly ExitRow[] = [
  { code: 0, meaning: 'done', errors: /^$/ },
  { code: 130, meaning: 'interrupted', errors: /_INTERRUPTED$/ },
  { code: 5, meaning: 'the balance does not cover it', errors: /FUNDS|BALANCE|FEE_NOT_COVERED/ },
  { code: 4, meaning: 'keys or password', errors: /^KEY_|_BAD_TOKEN$/ },
  {
    code: 3,
    meaning: 'something cannot be reached or is taken: a chain endpoint, a node, a port',
    errors: /UNREACHABLE|_PORT_TAKEN$|_CANNOT_LISTEN$|_TIMEOUT$|_NO_ENDPOINT/,
  },
  {
    code: 2,
    meaning: 'wrong usage or wrong input: options, settings, profile, job file, model or data',
    errors:
      /^(CLI|SETTINGS|PROFILE|JOBFILE|JOB|MODEL|ONNX|GRAPH|ADMIT|TRAIN|CANON|OPS|SHAPE|STATE|DATA)_|_BAD_REQUEST$/,
  },
  { code: 1, meaning: 'anything else', errors: /./ },
];

export function exitCodeOf(errorCode: string): number {
  return exitTable.find(({ errors }) => errors.test(errorCode))?.code ?? 1;
}
