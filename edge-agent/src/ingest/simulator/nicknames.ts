import type { Random } from './random.ts';
import type { Language } from './text-templates.ts';

const WORDS: Readonly<Record<Language, readonly string[]>> = {
  zh: ['小鹿', '阿布', '奶茶', '南风', '橘子', '晚星', '木木', '西西', '糖糖', '阿宁', '朵朵', '大白', '云朵', '小满', '麦子', '青青', '豆豆', '可乐', '一一', '山楂'],
  en: ['Maple', 'Nora', 'Kite', 'Sunny', 'Otto', 'Pepper', 'Luna', 'Moss', 'Ruby', 'Finn', 'Hazel', 'Jude', 'Willow', 'Bo', 'Ivy', 'Sage'],
}; // prettier-ignore

/** Invented nickname: two words and a number. */
export function nickname(random: Random, language: Language): string {
  return `${random.pick(WORDS[language])}${random.pick(WORDS[language])}${random.below(1000)}`;
}
