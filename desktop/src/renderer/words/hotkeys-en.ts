/** English words of the sections "Global keys" and "Host screen" of the settings; `hotkeys-zh.ts` has the same keys. */
export const hotkeysEn = {
  hotkeys: {
    lead: 'Keys that act whatever program is in front, on the computer where the desktop app runs: for a pedal, a small keyboard, or a key beside OBS.',
    noDesktop: 'No desktop app runs now. What is set here acts as soon as one does.',
    desktop: 'The desktop app runs on {{system}}: keys act there as soon as they are applied.',
    system: { darwin: 'macOS', win32: 'Windows', linux: 'Linux' },
    none: 'no key',
    change: 'Set a key',
    press: 'Press the keys now',
    leave: 'Esc leaves it as it was.',
    take: 'No key',
    toFirst: 'back to the first one',
    wrong: 'This key is not taken: {{why}}.',
    refused: 'Another program on that computer has this key. Choose another one, or close that program.',
    pageUse: 'It will not reach pages any more: {{what}}.',
    nothing: 'Nothing happens when you press a key? Another program has it, or another line here does.',
  },
  hostLayout: {
    lead: 'What is set here, every host screen takes once. It can still be changed at the screen itself, by the wheel at its bottom right.',
    own: 'as chosen at each screen',
    distance: 'Words grow with the distance.',
    calm: 'The large number while there is no cue.',
    language: 'A device that also shows the desk has one language for both.',
  },
}; // prettier-ignore
