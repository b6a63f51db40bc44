/** English words of the support file; `support-zh.ts` has the same keys. */
export const supportEn = {
  support: {
    title: 'Does somebody help you?',
    save: 'Save a support file',
    saved: 'Saved: {{name}}. Read it, then send it to whoever helps you.',
    holds:
      'In it: version, machine, settings without your own words, sources, health, figures, what was changed and when, the newest log lines.',
    without:
      'Not in it: viewers’ words and names, products, passwords and tokens, rooms and accounts, addresses, names of devices.',
    mayNot: 'An operator or an admin saves it.',
    failed: 'It could not be made: {{why}}. On the agent’s machine “livecue support” makes it from the files.',
  },
};
