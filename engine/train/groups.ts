/** Parameter groups: which weights learn at another rate, decay differently, or stay as they are. */
import { trainError } from './errors.ts';
import type { GroupSpec } from './options.ts';

/** `*` is any text, also none; everything else is itself. */
export function matchesGlob(glob: string, name: string): boolean {
  const [first = '', ...rest] = glob.split('*');
  if (rest.length === 0) return glob === name;
  if (!name.startsWith(first)) return false;
  const last = rest.pop() as string;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.endsWith(last) && name.length - last.length >= at;
}

/** The first that matches. */
export function groupOf(name: string, groups: readonly GroupSpec[] = []): GroupSpec | undefined {
  return groups.find(({ match }) => matchesGlob(match, name));
}

/** Weights that are constants of the step graph and not in the state. */
export function frozenNames(names: Iterable<string>, groups: readonly GroupSpec[] = []): Set<string> {
  return new Set([...names].filter((name) => groupOf(name, groups)?.frozen === true));
}

/**
 * A group that names nothing is a slip of the pen.
 * @param names every weight of the model, the frozen ones too
 * @throws CorexError TRAIN_GROUP
 */
export function checkGroups(names: Iterable<string>, groups: readonly GroupSpec[] = []): void {
  const all = [...names];
  const used = new Set(all.map((name) => groupOf(name, groups)));
  const idle = groups.find((group) => !used.has(group));
  if (idle === undefined) return;
  const why = all.some((name) => matchesGlob(idle.match, name))
    ? 'all that it matches belong to earlier groups'
    : `the weights are ${all.sort().join(', ')}`;
  throw trainError('GROUP', { match: idle.match, why });
}
