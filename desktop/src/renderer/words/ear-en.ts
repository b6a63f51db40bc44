/** The ear cue of the host screen. */
export const earEn = {
  ear: {
    title: 'Ear cue',
    about: 'A soft tone for each new card, two for one that cannot wait: on the chosen output, or not at all.',
    off: 'Off',
    own: 'This device’s own output',
    away: '{{name}} (not there)',
    playOnce: 'Play it once',
    name: 'Name the outputs',
    why: {
      insecure: 'Over plain http a browser names no outputs, so none can be chosen. Open this page by https, on the agent’s own machine, or in the desktop.',
      unsupported: 'This browser cannot play on a chosen output. Chrome and Edge can.',
      unnamed: 'The browser names outputs only to a page that may use the microphone. Nothing is recorded: it is let go at once.',
      refused: 'The browser did not allow the microphone, so it names no outputs. Allow it for this page beside the address, then try again.',
      none: 'No output is named here. Plug headphones in: they appear by themselves.',
    },
    onAir: 'This may be heard on air: without headphones the tone comes from the loudspeakers of this device, also when headphones are pulled during the show.',
    gone: 'Headphones gone',
    goneDo: 'Silent: the chosen output is not there. Plug it in and the cue comes back by itself, or choose another one.',
    asleep: 'Tap for sound',
    asleepDo: 'The browser holds sounds back until this page is touched: “Play it once” lets them through.',
  },
}; // prettier-ignore
