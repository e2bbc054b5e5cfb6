/** Disputes as numbers: each side sees its own, and an end from where it stands. */
import t from 'tap';
import type { DisputeView, Phase } from '#protocol/dispute/moves.ts';
import { countDisputes } from '#node/dispute-metrics.ts';
import { Metrics } from '#node/metrics.ts';
import { ann, bob, disputeWith } from '#test/ports/memory.ts';

const disputeIn = (phase: Phase, [worker, challenger] = [ann.address, bob.address]): DisputeView =>
  disputeWith({ phase, worker, challenger });

const linesOf = (disputes: readonly DisputeView[], self = ann.address): string[] => {
  const metrics = new Metrics();
  countDisputes(metrics, disputes, self);
  return metrics
    .render()
    .split('\n')
    .filter((line) => line.startsWith('corex_disputes_') && !line.endsWith(' 0'));
};

t.test('who accuses wins where the worker loses', async (t) => {
  const disputes = (['refute', 'jury', 'guilty', 'innocent', 'innocent', 'undecided'] as const).map((phase) =>
    disputeIn(phase),
  );
  t.same(linesOf(disputes), [
    'corex_disputes_open{side="worker"} 2',
    'corex_disputes_ended{side="worker",end="lost"} 1',
    'corex_disputes_ended{side="worker",end="won"} 2',
    'corex_disputes_ended{side="worker",end="undecided"} 1',
  ]);
  t.same(linesOf(disputes, bob.address), [
    'corex_disputes_open{side="challenger"} 2',
    'corex_disputes_ended{side="challenger",end="won"} 1',
    'corex_disputes_ended{side="challenger",end="lost"} 2',
    'corex_disputes_ended{side="challenger",end="undecided"} 1',
  ]);
});

t.test("others' disputes are none of this node's", async (t) => {
  t.same(linesOf([disputeIn('jury', [bob.address, bob.address])]), []);
});
