/** What can be wrong with what a tool without a network is given. */
import { errorTable } from '#protocol/errors.ts';

export const toolError = errorTable('CLI', {
  FILE: {
    what: (d: { file: string; doing: 'read' | 'written'; why: string }) => `${d.file} cannot be ${d.doing}: ${d.why}`,
    todo: 'check the path, and that you may use it',
  },
  BATCH: {
    what: (d: { file: string; tensor: string; why: string }) => `${d.file}: ${d.tensor}: ${d.why}`,
    todo: 'give a safetensors file with the tensors x [batch, …] and y, of the types and shapes that the model and the loss take',
  },
  OPTION: {
    what: (d: { flag: string; why: string }) => `${d.flag}: ${d.why}`,
    todo: 'run the command with --help for its options',
  },
  ONLY_LOCAL: {
    what: (d: { file: string }) => `corex train runs ${d.file} on this machine, and only with --local`,
    todo: 'add --local, or post the job on the network with `corex submit`',
  },
});
