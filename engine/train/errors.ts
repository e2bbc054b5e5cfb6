/** Choices for training that do not fit the model. */
import { errorTable } from '#protocol/errors.ts';

export const trainError = errorTable('TRAIN', {
  GROUP: {
    what: (d: { match: string; why: string }) => `the group "${d.match}" has no weight: ${d.why}`,
    todo: 'correct `match` of the group, or move the group up; * is any text, and the first group that matches counts',
  },
});
