/** `corex init`: a home with fresh keys and a commented corex.yaml. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createKeys, hasKeys, keysFolder, operatorFile, readAddress } from '../keys/keystore.ts';
import { keyError } from '../keys/errors.ts';
import { readPassword } from '../keys/password.ts';
import { type SettingKey, type Settings, settingKeys } from '../settings.ts';
import { settingsYaml } from '../settings-print.ts';
import { readSettings, settingAt } from '../settings-read.ts';
import type { Command } from './command.ts';
import { cliError } from './errors.ts';

export const init: Command = {
  summary: 'make keys and a configuration',
  words: [],
  about: 'Makes the home folder with an encrypted keystore and a corex.yaml. Keys are never overwritten.',
  flags: [{ name: 'force', value: null, about: 'keep the keys that are there and write corex.yaml anew' }],
  settings: ['home', 'profile', 'roles', 'keys.passwordFile'],
  examples: ['corex init', 'corex init --home ~/miner --role compute,validator --password-file ~/.corex-password'],
  async run({ flags, print, world, settings: chosenSettings }) {
    const settings = chosenSettings();
    const { home } = settings;
    const force = flags.get('force') === 'true';
    const kept = hasKeys(home);
    if (kept && !force) throw keyError('EXISTS', { file: operatorFile(home) });
    await makeFolder(home);
    if (!kept) {
      const password = await readPassword({ passwordFile: settings.keys.passwordFile, ...world }, 'twice');
      await createKeys(home, { password, scryptN: settings.keys.scryptN }, world.random);
    }
    const file = join(home, 'corex.yaml');
    if (force || !existsSync(file)) await writeFile(file, settingsYaml(chosen(settings)), { mode: 0o600 });
    const address = await readAddress(home);
    const text = `address  ${address}\nkeys     ${keysFolder(home)}\nsettings ${file}\n\nKeep a copy of the keys and of the password: nobody can restore them.\nNext: corex start --home ${home}`;
    print.result({ address, home, settings: file, keys: keysFolder(home) }, text);
    return 0;
  },
};

/** What was asked for on this command line or in the environment, beside the network and the roles. */
function chosen(settings: Settings): Partial<Record<SettingKey, unknown>> {
  const plain = readSettings({ flags: { home: settings.home, profile: settings.profile } });
  const asked = settingKeys.filter((key) => !isDeepStrictEqual(settingAt(settings, key), settingAt(plain, key)));
  const values = asked.map((key) => [key, settingAt(settings, key)] as const);
  return { profile: settings.profile, roles: settings.roles, ...Object.fromEntries(values) };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw cliError('OUT_FOLDER', { folder, why: error instanceof Error ? error.message : String(error) }, error);
  }
}
