/** `corex submit`: reads a job file, shows the price, puts the fee in escrow and, when asked, waits for the result. */
import { readAccess } from '../api/access.ts';
import type { NodeApi } from '../api/ports.ts';
import { readExamples, readNamedFile } from '../jobfile/data.ts';
import { readJobFile } from '../jobfile/parse.ts';
import type { Command, Context } from './command.ts';
import { cliError } from './errors.ts';
import { fetchResults, jobText, quoteText, usableFolder, waitForJob } from './job-progress.ts';
import { withNode } from './with-node.ts';

export const submit: Command = {
  summary: 'post a job',
  words: ['JOB.yaml'],
  about: 'Checks the job file, the model and the data, shows the price, and posts the job with its fee in escrow.',
  flags: [
    { name: 'quote', value: null, about: 'only show the price; nothing is posted' },
    { name: 'wait', value: null, about: 'stay until the job is complete' },
    { name: 'out', value: 'DIR', about: 'wait, then write the results into this folder' },
  ],
  settings: ['home', 'profile', 'chain.rpc', 'keys.passwordFile'],
  examples: ['corex submit examples/digits/train.yaml --out examples/digits', 'corex submit job.yaml --quote --json'],
  async run(context) {
    const [path = ''] = context.words;
    const read = await readJobFile(path);
    // Before any node starts: a missing file or wrong data must cost nothing, not even a password prompt.
    await readNamedFile(read, 'model', read.job.model);
    await readExamples(read);
    const { flags } = context;
    const out = flags.get('out');
    if (out !== undefined) await usableFolder(out);
    const stays = flags.get('wait') === 'true' || out !== undefined;
    const onlyQuote = flags.get('quote') === 'true';
    const { home } = context.settings();
    if (!stays && !onlyQuote && (await readAccess(home)) === null) throw cliError('NEEDS_NODE', { home });
    const request = { file: read.file, baseDir: read.baseDir, job: read.job };
    await withNode(context, ['submitter'], async (api) => {
      if (onlyQuote) {
        const quote = await api.quote(request);
        context.print.result(quote, quoteText(quote));
        return;
      }
      const { job, spec, quote } = await api.submit(request);
      const text = `job ${job} is posted\n${quoteText(quote)}`;
      if (!stays) context.print.result({ type: 'posted', job, spec, quote }, `${text}\n\nNext: corex job ${job}`);
      else context.print.progress({ type: 'posted', job, spec, quote }, text);
      if (stays) await finish(context, api, job, out);
    });
    return 0;
  },
};

async function finish(context: Context, api: NodeApi, id: string, out: string | undefined): Promise<void> {
  const job = await waitForJob(context, api, id);
  const fetched = out === undefined ? null : await fetchResults(api, id, out);
  const files = fetched?.files ?? [];
  context.print.result(
    { type: 'complete', ...job, files },
    [jobText(job), ...files.map((file) => `  wrote ${file}`)].join('\n'),
  );
}
