/** Reads the summary of a devnet from the chain: what was proven, released, paid, burned and slashed, and where every wei is. */
import type { DisputeView } from '#protocol/dispute/moves.ts';
import { type Epoch, epoch, type Wei, wei } from '#protocol/ids.ts';
import type { CommitmentView } from '#protocol/ports.ts';
import type { Chain } from '../chain/chain.ts';
import type { Participant, RunningParticipant } from './participant.ts';
import type { Summary } from './report.ts';

/** All commitments up to and with an epoch. */
export function commitmentsUpTo(chain: Chain, last: Epoch): CommitmentView[] {
  return Array.from({ length: last + 1 }, (_, i) => chain.view.commitments(epoch(i))).flat();
}

/** Why validators found a worker at fault, in their own words. */
async function reasonsOf(nodes: readonly RunningParticipant[]): Promise<Map<string, string>> {
  const reasons = new Map<string, string>();
  for (const node of nodes) {
    for (const { fields } of await eventsOf(node)) {
      if (fields['verdict'] === 'fault' && typeof fields['worker'] === 'string')
        reasons.set(fields['worker'], String(fields['reason']));
    }
  }
  return reasons;
}

async function eventsOf(node: RunningParticipant) {
  const events = [];
  for (let since = 0; ; ) {
    const page = await node.api.events(since);
    events.push(...page.events);
    if (page.events.length === 0) return events;
    since = page.next;
  }
}

export type Facts = Omit<Summary, 'ok' | 'accuracy' | 'cheat' | 'seconds'>;

export async function readFacts(chain: Chain, participants: readonly RunningParticipant[]): Promise<Facts> {
  const validators = participants.filter(({ role }) => role === 'validator');
  const audits = { ok: 0, fault: 0 };
  for (const { api } of validators) {
    const { ok, fault } = (await api.status()).audits;
    audits.ok += ok;
    audits.fault += fault;
  }
  let proofs = 0;
  for (const { api } of participants) proofs += (await api.status()).proofs.accepted;
  const reasons = await reasonsOf(validators);
  const { block: _, ...supply } = await chain.supply();
  return {
    proofs,
    audits,
    disputes: endsOf(chain.view.disputes()),
    released: chain.released(),
    paid: chain.paidFees(),
    burned: supply.burned,
    slashed: chain
      .slashes()
      .map(({ address, amount, reason }) => ({ address, amount, reason: reasons.get(address) ?? reason })),
    accounts: participants.map((participant) => accountOf(chain, participant)),
    supply,
  };
}

function endsOf(disputes: readonly DisputeView[]): Facts['disputes'] {
  const counts = { open: 0, guilty: 0, innocent: 0, undecided: 0 };
  for (const { phase } of disputes)
    counts[phase === 'guilty' || phase === 'innocent' || phase === 'undecided' ? phase : 'open'] += 1;
  return counts;
}

function accountOf(chain: Chain, { name, address, role }: Participant): Facts['accounts'][number] {
  const earned: Wei = wei(chain.earningsOf(address).reduce((sum, { amount }) => sum + amount, 0n));
  return { name, address, role, earned };
}
