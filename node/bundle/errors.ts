/** What can be wrong with a bundle: as a file, before anything in it is judged. */
import { errorTable } from '#protocol/errors.ts';

export const bundleError = errorTable('BUNDLE', {
  UNREADABLE: {
    what: (d: { file: string; why: string }) => `${d.file} is no bundle of a proof: ${d.why}`,
    todo: 'give a file that `corex proof` wrote, whole',
  },
  DAMAGED: {
    what: (d: { file: string; cid: string }) => `${d.file}: the bytes of block ${d.cid} do not match its name`,
    todo: 'the file was changed or damaged on its way: fetch it again, and trust nothing in this one',
  },
  MISSING: {
    what: (d: { cid: string }) => `the bundle lacks ${d.cid}, without which the proof cannot be checked`,
    todo: 'ask for a complete bundle; nothing follows from this one',
  },
  NOT_DELIVERED: {
    what: (d: { job: string; shard: number }) =>
      `no proof stands for shard ${d.shard} of job ${d.job}, as far as this node knows`,
    todo: 'wait until its worker delivers; `corex job` shows the progress',
  },
  NO_PROOF: {
    what: (d: { cid: string }) => `${d.cid} is no signed proof`,
    todo: 'give the CID of a proof, or JOB/SHARD of one that was delivered',
  },
  NOT_WRITTEN: {
    what: (d: { file: string; why: string }) => `the bundle ${d.file} cannot be written: ${d.why}`,
    todo: 'check the path, the space on the disk, and that you may write there',
  },
});

const distrust = 'do not accept or pay for this work; whoever serves it can be challenged with the same bundle';

/** What is wrong with a proof: one code for each fault that a judge can find, and for what no judge can decide. */
export const verifyError = errorTable('VERIFY', {
  FORGED_PROOF: {
    what: (d: { shard: number }) => `the proof of shard ${d.shard} is not signed by the worker that it names`,
    todo: distrust,
  },
  NO_SUCH_SHARD: {
    what: (d: { shard: number }) => `the job that the bundle states has no shard ${d.shard}`,
    todo: distrust,
  },
  NOT_CLAIMED: {
    what: (d: { shard: number }) => `shard ${d.shard} was granted to nobody of the name in the proof`,
    todo: distrust,
  },
  INFLATED_UNITS: {
    what: (d: { shard: number }) => `the proof of shard ${d.shard} claims other units than the specification gives`,
    todo: distrust,
  },
  WRONG_UNITS: {
    what: (d: { shard: number; stated: string; counted: string }) =>
      `shard ${d.shard} is stated at ${d.stated} units, its graph counts ${d.counted}`,
    todo: 'the specification is at fault, not the worker: hold its units against the chain before you pay by them',
  },
  BAD_TRACE: {
    what: (d: { shard: number }) => `the trace of shard ${d.shard} is not the one that its proof commits to`,
    todo: distrust,
  },
  WRONG_START: {
    what: (d: { shard: number }) => `shard ${d.shard} does not start where its specification and its inputs say`,
    todo: distrust,
  },
  WRONG_OUTPUT: {
    what: (d: { shard: number }) => `the output of shard ${d.shard} is not what its last checkpoint holds`,
    todo: distrust,
  },
  WRONG_CHECKPOINT: {
    what: (d: { shard: number }) => `a checkpoint of shard ${d.shard} does not hash to the root in its trace`,
    todo: distrust,
  },
  WRONG_RESULT: {
    what: (d: { shard: number }) => `executed again, shard ${d.shard} gives another result than its proof says`,
    todo: distrust,
  },
  UNDECIDED: {
    what: (d: { shard: number; segments: number }) =>
      `${d.segments} segments of shard ${d.shard} gave other bytes here, and class fast has no bound for this graph: nothing follows`,
    todo: 'post work that must be checked with class exact, or verify on the hardware and provider that the proof names',
  },
});
