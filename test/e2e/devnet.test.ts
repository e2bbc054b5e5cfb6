/** The whole network on real parts: anvil, libp2p over TCP, ONNX Runtime, each participant a process. */
import t from 'tap';
import { corex, jsonLines } from './program.ts';
import { MINTED, readSummary, sumOfSupply } from './summary.ts';

t.test('an honest network trains, infers, audits and pays', async (t) => {
  const { code, out, err } = await corex(['devnet', '--json']);
  t.equal(code, 0, err.slice(-2000));
  const events = jsonLines(out).map(({ type }) => type);
  for (const type of ['chain', 'node', 'sold', 'posted', 'progress', 'fetched', 'settling', 'summary']) {
    t.ok(events.includes(type), `prints ${type}`);
  }
  const summary = readSummary(out);
  t.equal(summary.ok, true);
  t.ok((summary.accuracy ?? 0) >= 0.93, `held-out accuracy ${summary.accuracy}`);
  t.equal(sumOfSupply(summary), MINTED, 'every wei is somewhere');
  t.same(summary.slashed, [], 'nobody honest is slashed');
  t.equal(summary.audits.fault, 0);
  t.ok(summary.audits.ok > 0 && summary.proofs > 0);
  t.ok(summary.burned > 0n, 'a part of the fees was burned');
  for (const { name, role, earned } of summary.accounts) {
    if (role !== 'submitter') t.ok(earned > 0n, `${name} earned`);
  }
});
