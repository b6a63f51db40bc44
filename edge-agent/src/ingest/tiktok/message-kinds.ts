/** `WebcastRankUpdateMessage` of the service and `rankUpdate` of the library are one kind. */
export function kindOf(name: string): string {
  const short = name.replace(/^Webcast/, '').replace(/(?<=.)Message$/, '');
  return short.slice(0, 1).toLowerCase() + short.slice(1);
}

/** Traffic of the service and of the library themselves, and what the connector does. */
export const CONTROL: Readonly<Record<string, string>> = {
  roomInfo: 'first frame: title and status of the room',
  workerInfo: 'names the schema version the frames use: refuse one that is not known',
  'tiktok.connect': 'the service reached the room',
  'tiktok.disconnect': 'the room is lost; the close code follows',
  connected: 'the room is reached',
  websocketConnected: 'the room is reached',
  disconnected: 'no reconnection by the library: connect again with back-off',
  streamEnd: 'the library disconnects by itself; the end itself came as controlMessage',
  error: 'degraded, stream lives',
};

/** Known, and no event. */
export const IGNORED: Readonly<Record<string, string>> = {
  oecLiveShopping: 'the meaning of actionType is not verified: kept raw for the operator, no pin is concluded',
  syntheticJoin: 'guessed by the service, not sent by the platform',
  syntheticLeave: 'guessed by the service, not sent by the platform',
};

/** Kinds that are known and have no canonical kind. */
export const NO_CANONICAL_KIND: ReadonlySet<string> = new Set([
  'accessControl', 'accessRecall', 'alertBoxAuditResult', 'banner', 'barrage', 'battleReward', 'bizSticker', 'bottom', 'capsule', 'caption',
  'commentTray', 'commonPopup', 'commonToast', 'competition', 'connectedCommunity', 'decodedData', 'donation', 'ecBarrage', 'ecTask', 'emote', 'emoteChat',
  'enterRoom', 'envelope', 'envelopePortal', 'epi', 'fanTicket', 'fansEvent', 'followGuide', 'gameMoment', 'gameRankNotify', 'gameReqSetGuess', 'gameServerFeature',
  'gameSetting', 'giftBroadcast', 'giftDynamicRestriction', 'giftGallery', 'giftGuide', 'giftPanelUpdate', 'giftPrompt', 'giftRecord', 'giftUpdate', 'goalUpdate', 'guide',
  'guideTask', 'hashtag', 'highlightFragementReady', 'hotRoom', 'hourlyRank', 'hourlyRankReward', 'inRoomBanner', 'inRoomBannerRefresh', 'interactiveEffect', 'karaokeQueue',
  'karaokeReq', 'karaokeSwitch', 'linkCoHostGuide', 'linkLayer', 'link', 'linkMic', 'linkMicAdMethod', 'linkMicAnchorGuide', 'linkMicArmies', 'linkMicBattle', 'linkMicBattleItemCard',
  'linkMicBattleMethod', 'linkMicBattlePunishFinish', 'linkMicFanTicketMethod', 'linkMicLayoutState', 'linkMicMethod', 'linkMicSignalingMethod', 'linkMicOpponentGift', 'linkScreenChange', 'linkState', 'linkmicBattleNotice', 'linkmicBattleTask', 'liveEcom',
  'liveIntro', 'liveInfoAudit', 'liveStreamGoal', 'liveShopping', 'marqueeAnnouncement', 'mediaReplaceBanner', 'msgDetect', 'multiGuestSuggestion', 'noticeboard', 'notice', 'oecLiveHotRoom', 'oecLiveManager', 'oecLiveBilling', 'partnershipDropsUpdate',
  'partnershipGameOffline', 'partnershipPunish', 'partnershipTask', 'perception', 'pictionaryStart', 'pictionaryUpdate', 'pictionaryEnd', 'pictionaryExit', 'platformSubscription', 'playTogether', 'poll', 'popularCardMessage', 'privilegeAdvance', 'privilegeDynamicKey', 'promoteAdStatusChange', 'pushStream', 'rankText', 'rankUpdate', 'rawData',
  'realTimePerformancePage', 'realtimeLiveCenterMethod', 'redEnvelopeRewards', 'room', 'roomBottom', 'roomEvent', 'roomNotify', 'roomSticker', 'roomStreamAdaptation', 'roomVerify', 'screenChat', 'sign', 'sideBySide', 'smb', 'speaker', 'starComment', 'subCapsule', 'subContractStatus', 'subNotify', 'subPinEvent', 'subQueue', 'subTimerSticker', 'subscribe',
  'subscriptionGuide', 'subscriptionNotify', 'superFan', 'superFanBox', 'superFanJoin', 'system', 'targetedMessage', 'toast', 'trayEffect', 'unauthorizedMember', 'unionAnchorNotify', 'upgrade', 'upgradeProtocol', 'userStats', 'viewerPicksUpdate', 'weeklyRankReward', 'websocketData', 'wishlistUpdate', 'withdraw',
]); // prettier-ignore
