/** What can be wrong with a file of tensors. */
import { errorTable } from '#protocol/errors.ts';

export const stateError = errorTable('STATE', {
  MALFORMED: {
    what: (d: { why: string }) => `not a safetensors file: ${d.why}`,
    todo: 'the file is refused; whoever sent it should write it again',
  },
  NOT_CANONICAL: {
    what: (d: { why: string }) => `a safetensors file, but not in canonical form: ${d.why}`,
    todo: 'read it with importSafetensors and write it with writeSafetensors before it is committed to',
  },
  UNSUPPORTED_TYPE: {
    what: (d: { name: string; dtype: string }) => `tensor ${d.name} has element type ${d.dtype}`,
    todo: 'convert the tensor to one of F32, F64, I64, I32, U8, BOOL',
  },
});
