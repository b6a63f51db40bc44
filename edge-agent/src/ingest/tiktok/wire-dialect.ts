import {
  asArray,
  asId,
  asObject,
  asRealId,
  asText,
  compact,
  isSet,
  part,
  timeOfMs,
  type WireObject,
} from '../decoding/wire-value.ts';

/**
 * Three dialects say the same with other names: the service (v2: `comment`, `user.userId`), the library
 * 2.4.0 (v3: `content`, `user.id`) and its old version 1.2.3 (all fields of the viewer flat in `data`).
 */

/** Id and time: in `common`, or flat in old recordings. Ids in `monitorExtra` have lost their last digits. */
export function envelope(data: WireObject) {
  const common = asObject(data.common) ?? data;
  return { id: asRealId(common.msgId), time: timeOfMs(common.createTime) };
}

/** The viewer of a message with what it says of the viewer's place in the room; undefined without an id. */
export function person(data: WireObject) {
  const user = asObject(data.user) ?? data;
  const login = asText(user.uniqueId) ?? asText(user.displayId);
  const identifier = asRealId(user.userId) ?? asRealId(user.id) ?? login;
  if (identifier === undefined) return undefined;
  const identity = part(data, 'userIdentity');
  const roles: string[] = [];
  if (identity.isAnchor === true) roles.push('host');
  if (identity.isModeratorOfAnchor === true || user.isModerator === true) roles.push('moderator');
  if (identity.isSubscriberOfAnchor === true || user.isSubscriber === true) roles.push('member');
  if (user.verified === true) roles.push('verified');
  const image = asArray(part(user, 'profilePicture').url)[0] ?? asArray(part(user, 'avatarThumb').urlList)[0];
  return compact({
    identifier,
    name: asText(user.nickname) ?? login,
    image: asText(image) ?? asText(user.profilePictureUrl),
    roles: roles.length > 0 ? roles : undefined,
  });
}

/** Text of a comment, which may be empty (an emoji alone). */
export function commentText(data: WireObject): string | undefined {
  const text = data.comment ?? data.content;
  return typeof text === 'string' ? text : undefined;
}

export function questionText(data: WireObject): string | undefined {
  const details = asObject(data.details) ?? asObject(data.question) ?? asObject(data.questionDetails) ?? {};
  return asText(data.questionText) ?? asText(details.text) ?? asText(details.questionText) ?? asText(details.content);
}

/** A gift's fields by their place in each dialect. */
export function giftFields(data: WireObject) {
  const details = asObject(data.giftDetails) ?? part(data, 'gift');
  return {
    giftId: asId(data.giftId) ?? asId(details.id),
    name: asText(details.giftName) ?? asText(details.name) ?? asText(data.giftName),
    diamonds: details.diamondCount ?? data.diamondCount,
    type: details.giftType ?? details.type ?? details.gift_type ?? data.giftType,
    count: data.repeatCount ?? details.repeatCount,
    isEnd: isSet(data.repeatEnd),
    groupId: asRealId(data.groupId),
  };
}
