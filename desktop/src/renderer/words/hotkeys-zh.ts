import type { hotkeysEn } from './hotkeys-en.ts';

/** 设置里“全局按键”和“主播屏”的中文。 */
export const hotkeysZh: typeof hotkeysEn = {
  hotkeys: {
    lead: '不管前面是哪个程序都有效的按键，在运行桌面应用的电脑上：可以是脚踏板、小键盘，或 OBS 旁边的一个键。',
    noDesktop: '现在没有运行桌面应用。这里设好的按键，桌面应用一启动就有效。',
    desktop: '桌面应用正在 {{system}} 上运行：应用之后按键马上有效。',
    system: { darwin: 'macOS', win32: 'Windows', linux: 'Linux' },
    none: '没有按键',
    change: '设置按键',
    press: '请按下按键',
    leave: '按 Esc 不改。',
    take: '不用按键',
    toFirst: '恢复默认按键',
    wrong: '这个按键不会生效：{{why}}。',
    refused: '那台电脑上另一个程序占用了它。请换一个，或关掉那个程序。',
    pageUse: '设了之后页面就收不到它：{{what}}。',
    nothing: '按了没有反应？它被别的程序或这里的另一行占用了。',
  },
  hostLayout: {
    lead: '这里设好的，每块主播屏都会照做一次；之后仍可以在屏上用右下角的齿轮单独改。',
    own: '以各屏自己选的为准',
    distance: '离得越远，字越大。',
    calm: '没有提示时显示的大数字。',
    language: '同一台设备又开场控时，两边是同一种语言。',
  },
}; // prettier-ignore
