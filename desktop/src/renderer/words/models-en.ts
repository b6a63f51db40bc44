/** English words of delivered models; `models-zh.ts` has the same keys. */
export const modelsEn = {
  models: {
    title: 'Models from the cloud',
    task: { intent: 'Intent', toxicity: 'Toxicity', spam: 'Spam', sentiment: 'Sentiment' },
    state: {
      waiting: 'waiting',
      fetching: 'fetching',
      verified: 'checked',
      canary: 'on trial, unseen',
      passed: 'passed, waiting',
      live: 'serving',
      refused: 'refused',
      'rolled-back': 'taken back',
    },
    chunks: '{{have}} of {{of}} pieces',
    tried: '{{n}} comments tried beside the one that serves, {{agreement}} % the same',
    back: {
      'stop-delivery': 'Stop this delivery',
      'models-before': 'Back to the models before',
      'shipped-models': 'Back to the installed models',
    },
    failed: 'The models could not be taken back: {{why}}',
  },
};
