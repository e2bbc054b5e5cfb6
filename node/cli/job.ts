/** `corex job`: state and progress of a job, and its results. */
import type { Command } from './command.ts';
import { fetchResults, jobText } from './job-progress.ts';
import { withNode } from './with-node.ts';

export const job: Command = {
  summary: 'show a job, fetch its results',
  words: ['ID'],
  about:
    'Shows state, progress and result of a job. Results can be fetched as soon as they exist; they are final once the job is complete.',
  flags: [{ name: 'fetch', value: 'DIR', about: 'write the results into this folder' }],
  settings: ['home', 'profile', 'chain.rpc', 'keys.passwordFile'],
  examples: ['corex job 1', 'corex job 1 --fetch results'],
  async run(context) {
    const [id = ''] = context.words;
    const folder = context.flags.get('fetch');
    await withNode(context, ['submitter'], async (api) => {
      const status = await api.job(id);
      const fetched = folder === undefined ? null : await fetchResults(api, id, folder);
      const files = fetched?.files ?? [];
      const text = [jobText(status), ...files.map((file) => `  wrote ${file}`)].join('\n');
      context.print.result(fetched === null ? status : { ...status, files }, text);
    });
    return 0;
  },
};
