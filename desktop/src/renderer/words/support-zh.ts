import type { supportEn } from './support-en.ts';

/** Chinese words of the support file. */
export const supportZh: typeof supportEn = {
  support: {
    title: '需要别人帮忙？',
    save: '保存支持文件',
    saved: '已保存：{{name}}。看过之后，发给帮你的人。',
    holds: '包含：版本、机器、设置（不含你填写的文字）、数据源、状态、数字、何时改过什么、最近的日志。',
    without: '不包含：观众的话和名字、商品、密码和令牌、房间和账号、地址、设备名称。',
    mayNot: '由场控或管理员保存。',
    failed: '没能生成：{{why}}。在主机上运行 livecue support，可从文件生成。',
  },
};
