/** Which group a weight belongs to, and groups that name nothing. */
import t from 'tap';
import { checkGroups, frozenNames, groupOf, matchesGlob } from '#engine/train/groups.ts';

const NAMES = ['encoder.0.weight', 'encoder.0.bias', 'head.weight', 'head.bias'];

t.test('globs', (t) => {
  const cases: ReadonlyArray<readonly [string, string, boolean]> = [
    ['head.weight', 'head.weight', true],
    ['head.weight', 'head.weights', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['*.bias', 'head.bias', true],
    ['*.bias', 'head.bias.x', false],
    ['head.*', 'head.', true],
    ['head.*', 'ahead.bias', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['a*a*a', 'aa', false],
    ['h.*d', 'head', false],
    ['**', 'x', true],
  ];
  for (const [glob, name, expected] of cases) t.equal(matchesGlob(glob, name), expected, `${glob} and ${name}`);
  t.end();
});

t.test('the first match is the group', (t) => {
  const groups = [{ match: 'head.*', lr: 2 }, { match: '*.bias', weightDecay: 0 }, { match: '*' }];
  t.equal(groupOf('head.bias', groups), groups[0]);
  t.equal(groupOf('encoder.0.bias', groups), groups[1]);
  t.equal(groupOf('encoder.0.weight', groups), groups[2]);
  t.equal(groupOf('encoder.0.weight', groups.slice(0, 2)), undefined);
  t.equal(groupOf('encoder.0.weight'), undefined);
  t.end();
});

t.test('frozen weights, and an earlier group that keeps one out', (t) => {
  t.same([...frozenNames(NAMES, [{ match: 'encoder.*', frozen: true }])], NAMES.slice(0, 2));
  const groups = [{ match: '*.bias' }, { match: 'encoder.*', frozen: true }];
  t.same([...frozenNames(NAMES, groups)], ['encoder.0.weight']);
  t.same([...frozenNames(NAMES)], []);
  t.end();
});

t.test('a group that is nobody’s is refused', (t) => {
  t.doesNotThrow(() => checkGroups(NAMES, [{ match: '*.bias' }, { match: '*' }]));
  t.throws(() => checkGroups(NAMES, [{ match: 'decoder.*' }]), {
    code: 'TRAIN_GROUP',
    message: /decoder\.\*.*the weights are encoder\.0\.bias, encoder\.0\.weight/,
  });
  t.throws(() => checkGroups(NAMES, [{ match: '*' }, { match: 'head.*', lr: 2 }]), {
    code: 'TRAIN_GROUP',
    message: /head\.\*.*earlier groups/,
  });
  t.end();
});
