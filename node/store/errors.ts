/** Errors of the store room. */
import { errorTable } from '#protocol/errors.ts';

export const storeError = errorTable('STORE', {
  LOCKED: {
    what: (d: { path: string }) => `another process uses the database in ${d.path}`,
    todo: 'stop the other node, or give this one a folder of its own with `home`',
  },
  UNUSABLE: {
    what: (d: { path: string; reason: string }) => `the database in ${d.path} does not open: ${d.reason}`,
    todo: 'check the rights on the folder and the space on the disk; a damaged database can be moved away, keys are not in it',
  },
  DAMAGED: {
    what: (d: { table: string; key: string; reason: string }) =>
      `value ${d.key} of table ${d.table} is unreadable: ${d.reason}`,
    todo: 'the disk or another program changed it; move the database away and let the node rebuild it from the chain',
  },
  TOO_BIG: {
    what: (d: { table: string; key: string; bytes: number }) =>
      `value ${d.key} of table ${d.table} has ${d.bytes} bytes`,
    todo: 'put large data into a blob and keep its CID',
  },
});
