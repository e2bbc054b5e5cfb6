/** What the computing device of a provider is called, as far as the operating system tells without the vendor's tools. */
import { readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { basename } from 'node:path';
import type { ProviderName } from './providers.ts';

/** https://pcisig.com/membership/member-companies */
const VENDORS: Readonly<Record<string, string>> = {
  '0x10de': 'NVIDIA',
  '0x1002': 'AMD',
  '0x8086': 'Intel',
  '0x106b': 'Apple',
  '0x5143': 'Qualcomm',
};

const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
const list = (path: string): Promise<string[]> => readdir(path).catch(() => []);

/** The driver of NVIDIA: one folder a card, with a line `Model: NVIDIA H100 80GB HBM3`. */
async function nvidiaNames(): Promise<string[]> {
  const root = '/proc/driver/nvidia/gpus';
  const texts = await Promise.all((await list(root)).map((gpu) => read(`${root}/${gpu}/information`)));
  return texts.flatMap((text) => /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? []);
}

/** Linux's direct rendering manager: PCI numbers of every card, without its name. */
async function cardNames(): Promise<string[]> {
  const root = '/sys/class/drm';
  const cards = (await list(root)).filter((name) => /^card\d+$/.test(name));
  const names = cards.map(async (card) => {
    const [vendor, device] = await Promise.all(
      ['vendor', 'device'].map((file) => read(`${root}/${card}/device/${file}`)),
    );
    const maker = VENDORS[vendor?.trim() ?? ''];
    return maker === undefined ? [] : [`${maker} ${device?.trim()}`];
  });
  return (await Promise.all(names)).flat();
}

/** A driver that was chosen by hand hides the others. */
function chosenDriver(): string | null {
  const file = process.env['VK_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES'];
  return file === undefined || file === '' ? null : basename(file);
}

/** Null where nobody tells. */
export async function deviceName(provider: ProviderName): Promise<string | null> {
  if (provider === 'cpu' || provider === 'portable') return cpus()[0]?.model.trim() ?? null;
  const nvidia = await nvidiaNames();
  if (provider === 'cuda') return nvidia[0] ?? null;
  return (
    chosenDriver() ??
    nvidia[0] ??
    (await cardNames())[0] ??
    (process.platform === 'darwin' ? (cpus()[0]?.model ?? null) : null)
  );
}
