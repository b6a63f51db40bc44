/** Words of product names that say too little alone, and characters that name a thing at a name's end. */

/** Adjectives and trade words: 轻便的 is said of anything. A part of a name made of them alone names nothing. */
export const COMMON_ZH: ReadonlySet<string> = new Set(
  (
    '新款 爆款 同款 正品 官方 旗舰 经典 百搭 时尚 简约 复古 法式 韩版 日系 潮流 高级 高端 轻奢 轻便 轻薄 轻盈 加厚 加绒 加大 加长 宽松 修身 显瘦 显白 高腰 ' +
    '长款 短款 长袖 短袖 无袖 大码 小码 透气 柔软 舒适 舒服 保暖 保湿 补水 美白 修护 舒缓 滋润 水润 控油 清爽 清洁 防水 防晒 防滑 防摔 防风 ' +
    '静音 无线 有线 便携 迷你 智能 自动 手动 电动 可视 可折叠 折叠 多功能 大容量 家用 车载 户外 旅行 办公 儿童 成人 男女 女士 男士 学生 宝宝 ' +
    '夏季 冬季 春秋 四季 夏天 冬天 纯色 条纹 格子 印花 碎花 刺绣 极细 超薄 升级 限定 定制 组合 套装 礼盒 套餐 正装 小样 家居 都市 学院 花园 环保 ' +
    '单肩 斜挎 腋下 双面 半身 连体 全身 大地 自然 天然 有机 进口 国产 手工 护发 护肤 洗发 宽松款 高弹 速干 快充 大号 小号 中号 加量 大包 小包'
  ).split(' '),
);

/** A thing called by its last character: 裙子, 鞋子. */
export const THINGS_ZI = '裙裤鞋帽杯椅枕袜衣刷垫毯盘桌柜被链镯箱瓶盆筷勺叉毡帘炉架梯凳';
/** A last character that is hardly ever anything but the thing, so that a modifier before it is enough. */
export const THINGS_ZH = '裙裤鞋靴帽杯包椅枕锅袜衣刷垫毯盘衫膜霜笔机器车巾壶灯桌柜床被表链戒镯套箱仪伞恤露乳膏炉架';

/** Last words of English names that name no thing alone. */
export const COMMON_EN: ReadonlySet<string> = new Set(
  'set kit pack box bundle case size color colour one pair piece pcs combo edition version series collection pro mini max plus lite light packs boxes bags bundles pieces pairs bottles cans classic new gift with and for the of in a an'.split(' '),
); // prettier-ignore

/** Hung on the end of an English name; what stands before is the thing. A bedding set stays one. */
export const HANGING_EN: ReadonlySet<string> = new Set(
  'pro mini max plus lite gift box boxes pack packs pair pairs'.split(' '),
);
