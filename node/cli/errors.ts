/** What can be wrong with a command line. */
import { errorTable } from '#protocol/errors.ts';

export const cliError = errorTable('CLI', {
  UNKNOWN_COMMAND: {
    what: (d: { command: string; hint: string }) => `there is no command "${d.command}"; ${d.hint}`,
    todo: 'run `corex help` for the list of commands',
  },
  UNKNOWN_FLAG: {
    what: (d: { command: string; flag: string; hint: string }) =>
      `corex ${d.command} has no option ${d.flag}; ${d.hint}`,
    todo: 'run the command with --help for its options',
  },
  NO_VALUE: {
    what: (d: { flag: string }) => `${d.flag} needs a value`,
    todo: 'give it as `--flag VALUE` or `--flag=VALUE`',
  },
  BAD_VALUE: {
    what: (d: { flag: string; value: string; expected: string }) =>
      `${d.flag}: ${d.expected} is expected, not "${d.value}"`,
    todo: 'run the command with --help for an example',
  },
  WRONG_WORDS: {
    what: (d: { usage: string; given: number }) => `expected: ${d.usage} (${d.given} arguments were given)`,
    todo: 'run the command with --help for an example',
  },
  ALREADY_RUNNING: {
    what: (d: { home: string; pid: number }) => `a node runs already in ${d.home} (process ${d.pid})`,
    todo: 'use it, stop it first, or give another --home',
  },
  NEEDS_NODE: {
    what: (d: { home: string }) =>
      `no node runs in ${d.home}, and the workers of a job fetch its model and data from the submitter's node`,
    todo: 'run `corex start --role submitter` beside this, or give --wait so that this command stays until the job is done',
  },
  OUT_FOLDER: {
    what: (d: { folder: string; why: string }) => `the folder ${d.folder} cannot be used: ${d.why}`,
    todo: 'give a folder that you may write to',
  },
  JOB_ENDED: {
    what: (d: { job: string; state: string }) => `job ${d.job} ended as ${d.state}, without a complete result`,
    todo: 'the unspent fee is back in the account; submit again with a later deadline or a higher fee',
  },
  INTERRUPTED: {
    what: (d: { doing: string }) => `interrupted while ${d.doing}`,
    todo: 'what is on the chain goes on; see `corex status` and `corex job`',
  },
});
