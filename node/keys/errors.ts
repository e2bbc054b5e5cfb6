/** What can go wrong with keys and their password. */
import { errorTable } from '#protocol/errors.ts';

export const keyError = errorTable('KEY', {
  WRONG_PASSWORD: {
    what: (d: { file: string }) => `the password does not open ${d.file}`,
    todo: 'give the right one with --password-file, COREX_PASSWORD or at the prompt; a lost password cannot be recovered',
  },
  NO_PASSWORD: {
    what: (_: Record<string, never>) => 'the keystore needs a password and there is no terminal to ask on',
    todo: 'give it with --password-file FILE or in COREX_PASSWORD',
  },
  EMPTY_PASSWORD: {
    what: (d: { source: string }) => `the password from ${d.source} is empty`,
    todo: 'give a password of at least one character',
  },
  PASSWORD_FILE: {
    what: (d: { file: string; why: string }) => `the password file ${d.file} cannot be read: ${d.why}`,
    todo: 'check the path in --password-file, COREX_KEYS_PASSWORD_FILE or keys.passwordFile',
  },
  PASSWORDS_DIFFER: {
    what: (_: Record<string, never>) => 'the two passwords differ',
    todo: 'run the command again and type the same password twice',
  },
  NO_KEYSTORE: {
    what: (d: { home: string }) => `there are no keys in ${d.home}`,
    todo: 'run `corex init` with the same --home first',
  },
  EXISTS: {
    what: (d: { file: string }) => `${d.file} exists already`,
    todo: 'use it, or give another --home; keys are never overwritten',
  },
  DAMAGED: {
    what: (d: { file: string; why: string }) => `${d.file} is not a keystore: ${d.why}`,
    todo: 'restore the file from your backup',
  },
});
