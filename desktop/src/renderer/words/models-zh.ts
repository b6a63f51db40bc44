import type { modelsEn } from './models-en.ts';

/** 云端下发的模型。 */
export const modelsZh: typeof modelsEn = {
  models: {
    title: '云端下发的模型',
    task: { intent: '意图', toxicity: '辱骂', spam: '广告', sentiment: '情感' },
    state: {
      waiting: '排队中',
      fetching: '下载中',
      verified: '已校验',
      canary: '旁路试用中',
      passed: '已通过，等待切换',
      live: '使用中',
      refused: '已拒绝',
      'rolled-back': '已退回',
    },
    chunks: '第 {{have}} / {{of}} 块',
    tried: '与现用模型并行试用 {{n}} 条评论，{{agreement}}% 一致',
    back: {
      'stop-delivery': '停止这次下发',
      'models-before': '退回上一版模型',
      'shipped-models': '退回安装时的模型',
    },
    failed: '模型未能退回：{{why}}',
  },
};
