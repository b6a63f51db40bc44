import type { formEn } from './form-en.ts';

/** Chinese words of forms that are drawn from a schema. */
export const formZh: typeof formEn = {
  form: {
    required: '必填',
    range: '范围 {{range}}。',
    isDefault: '默认值。',
    toDefault: '恢复默认值 {{value}}',
    over: '云端设成了 {{value}}，以云端为准。',
    choose: '– 请选择 –',
    lines: '每行一个',
    name: '名称',
    value: '值',
    addRow: '再加一行',
    removeRow: '移除 {{name}}',
    missing: '这一项必填。',
    noNumber: '应当是一个数字。',
    outOfRange: '应当在 {{range}} 之间。',
    noJson: '第 {{line}} 行：{{why}}',
  },
}; // prettier-ignore
