/** The settings table as people read it: lines of --help, docs/settings.md, and a commented corex.yaml. */
import { stringify } from 'yaml';
import { environmentName, flagOf, optionOf, settingKeys } from './settings.ts';
import type { SettingKey } from './settings.ts';

/** `[flag, description]` for a help page. */
export function settingRows(keys: readonly SettingKey[]): Array<readonly [string, string]> {
  return keys.map((key) => {
    const { form, about, fallback } = optionOf(key);
    const value = form === 'switch' ? '' : ` ${valueName(key)}`;
    return [
      `--${form === 'switch' && fallback === true ? '[no-]' : ''}${flagOf(key)}${value}`,
      `${about} (${shown(fallback)})`,
    ] as const;
  });
}

/** docs/settings.md. */
export function settingsPage(): string {
  const rows = settingKeys.map((key) => {
    const { about, fallback } = optionOf(key);
    return `| \`${key}\` | \`--${flagOf(key)}\` | \`${environmentName(key)}\` | ${shown(fallback, '`')} | ${about} |`;
  });
  return [
    '# Settings',
    '',
    'Every option of a node. A flag wins over the environment, the environment over `corex.yaml` in the home folder, the file over the network profile, the profile over the default. An unknown key or variable is an error.',
    '',
    'Lists are separated by commas in flags and variables. `COREX_PASSWORD` holds the password of the keystore; `COREX_TRACE=1` prints the stack of an error.',
    '',
    '| key | flag | environment | default | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '## corex.yaml',
    '',
    '```yaml',
    settingsYaml({}).trimEnd(),
    '```',
    '',
  ].join('\n');
}

/** corex.yaml with every key; those that have no value here are commented out and show their default. */
export function settingsYaml(values: Readonly<Partial<Record<SettingKey, unknown>>>): string {
  const lines = ['# Settings of this node; a line without # is in force. docs/settings.md explains every key.'];
  let group = '';
  for (const key of settingKeys.filter((each) => each !== 'home')) {
    const [first = '', name] = key.split('.');
    const inGroup = name !== undefined;
    if (inGroup && first !== group) {
      const used = Object.keys(values).some((each) => each.startsWith(`${first}.`));
      lines.push(`${used ? '' : '# '}${first}:`);
    }
    group = inGroup ? first : '';
    const isSet = Object.hasOwn(values, key);
    const value = stringify(isSet ? values[key] : optionOf(key).fallback, {
      collectionStyle: 'flow',
      lineWidth: 0,
    }).trimEnd();
    lines.push(`${isSet ? '' : '# '}${inGroup ? '  ' : ''}${name ?? key}: ${value}  # ${optionOf(key).about}`);
  }
  return `${lines.join('\n')}\n`;
}

function valueName(key: SettingKey): string {
  const { form } = optionOf(key);
  if (form === 'number') return 'N';
  return form === 'list'
    ? `${(key.split('.').pop() ?? key).toUpperCase()},…`
    : (key.split('.').pop() ?? key).toUpperCase();
}

function shown(fallback: unknown, quote = ''): string {
  const text = Array.isArray(fallback) ? fallback.join(',') : String(fallback);
  return text === '' ? 'none' : `${quote}${text}${quote}`;
}
