/** Metrics as Prometheus text. */
import t from 'tap';
import { Metrics } from '#node/metrics.ts';

t.test('counters add, gauges are set, labels are quoted', (t) => {
  const metrics = new Metrics();
  metrics.add('corex_shards_total', 1, { kind: 'train' });
  metrics.add('corex_shards_total', 2, { kind: 'train' });
  metrics.add('corex_shards_failed_total', 1, { code: 'a"b\\c\n' });
  metrics.set('corex_epoch', 4);
  metrics.set('corex_epoch', 5);
  const text = metrics.render();
  t.match(text, /^corex_shards_total\{kind="train"\} 3$/m);
  t.ok(text.includes('corex_shards_failed_total{code="a\\"b\\\\c\\n"} 1'));
  t.match(text, /^# TYPE corex_epoch gauge\ncorex_epoch 5$/m);
  t.match(text, /^corex_peers 0$/m, 'without labels there is always a value');
  t.end();
});
