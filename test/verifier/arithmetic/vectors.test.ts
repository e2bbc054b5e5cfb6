/** The digests that the contract's tests compare with are those of the arithmetic as it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { vectorsFile, vectorsSource } from '#tools/adjudicate-vectors.ts';
import { root } from '#tools/sources.ts';

t.test('the vectors are fresh', async (t) => {
  t.equal(vectorsSource(), readFileSync(join(root, vectorsFile), 'utf8'), '`node tools/adjudicate-vectors.ts --write`');
});
