/** Did you mean: near words are offered, far ones are not. */
import t from 'tap';
import { editDistance, nearest, suggestion } from '#node/nearest.ts';

t.test('edits', (t) => {
  t.equal(editDistance('kitten', 'sitting'), 3);
  t.equal(editDistance('', 'abc'), 3);
  t.equal(nearest('slcies', ['batch', 'slices', 'steps']), 'slices');
  t.equal(nearest('zzzzzzzz', ['batch', 'slices']), null);
  t.equal(suggestion('zzzzzzzz', ['batch', 'slices']), 'known: batch, slices');
  t.end();
});
