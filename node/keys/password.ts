/** Where the keystore's password comes from: a file, COREX_PASSWORD, or the terminal, in this order. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { keyError } from './errors.ts';

export interface PasswordSources {
  /** '' for none. */
  readonly passwordFile: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Null when nobody can be asked. */
  readonly terminal: Terminal | null;
}

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** @param once `'once'` to open a keystore, `'twice'` to choose a new password */
export async function readPassword(sources: PasswordSources, once: 'once' | 'twice' = 'once'): Promise<string> {
  const given = givenPassword(sources);
  if (given !== null) {
    if (given.password === '') throw keyError('EMPTY_PASSWORD', { source: given.source });
    return given.password;
  }
  if (sources.terminal === null) throw keyError('NO_PASSWORD', {});
  const password = await ask(sources.terminal, 'Password of the keystore: ');
  if (password === '') throw keyError('EMPTY_PASSWORD', { source: 'the terminal' });
  if (once === 'twice' && (await ask(sources.terminal, 'The same again: ')) !== password)
    throw keyError('PASSWORDS_DIFFER', {});
  return password;
}

function givenPassword({ passwordFile, environment }: PasswordSources): { password: string; source: string } | null {
  if (passwordFile !== '') return { password: readPasswordFile(passwordFile), source: passwordFile };
  const fromEnvironment = environment['COREX_PASSWORD'];
  return fromEnvironment === undefined ? null : { password: fromEnvironment, source: 'COREX_PASSWORD' };
}

/** The first line, so that an editor's last newline is not part of the password. */
function readPasswordFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[0] ?? '';
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw keyError('PASSWORD_FILE', { file, why }, error);
  }
}

/** Asks without echoing what is typed. */
async function ask({ input, output }: Terminal, question: string): Promise<string> {
  output.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silent, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    output.write('\n');
  }
}
