/** The command table: every command of `corex`. */
import { bench } from './bench.ts';
import { calibrate } from './calibrate.ts';
import type { Command } from './command.ts';
import { devnet } from './devnet.ts';
import { gradients } from './gradients.ts';
import { init } from './init.ts';
import { job } from './job.ts';
import { claim, send, stake, unstake, withdraw } from './money.ts';
import { proof } from './proof.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { step } from './step.ts';
import { submit } from './submit.ts';
import { train } from './train.ts';
import { verify } from './verify.ts';

export const commands: Readonly<Record<string, Command>> = {
  devnet,
  init,
  start,
  status,
  submit,
  job,
  proof,
  verify,
  stake,
  unstake,
  withdraw,
  claim,
  send,
  gradients,
  step,
  train,
  bench,
  calibrate,
};
