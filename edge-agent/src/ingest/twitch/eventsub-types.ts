/** EventSub types that exist and that we do not subscribe to: they have no canonical kind, or repeat one. */
export const NOT_SUBSCRIBED: ReadonlySet<string> = new Set([
  'automod.message.hold', 'automod.message.update', 'automod.settings.update', 'automod.terms.update',
  'channel.ad_break.begin', 'channel.ban', 'channel.unban', 'channel.unban_request.create', 'channel.unban_request.resolve',
  'channel.channel_points_automatic_reward_redemption.add', 'channel.channel_points_custom_reward.add',
  'channel.channel_points_custom_reward.update', 'channel.channel_points_custom_reward.remove',
  'channel.channel_points_custom_reward_redemption.add', 'channel.channel_points_custom_reward_redemption.update',
  'channel.charity_campaign.donate', 'channel.charity_campaign.start', 'channel.charity_campaign.progress', 'channel.charity_campaign.stop',
  'channel.chat.notification', 'channel.chat.user_message_hold', 'channel.chat.user_message_update', 'channel.chat_settings.update',
  'channel.goal.begin', 'channel.goal.progress', 'channel.goal.end', 'channel.guest_star_session.begin', 'channel.guest_star_session.end',
  'channel.guest_star_guest.update', 'channel.guest_star_settings.update', 'channel.hype_train.begin', 'channel.hype_train.progress',
  'channel.hype_train.end', 'channel.moderate', 'channel.moderator.add', 'channel.moderator.remove', 'channel.poll.begin',
  'channel.poll.progress', 'channel.poll.end', 'channel.prediction.begin', 'channel.prediction.progress', 'channel.prediction.lock',
  'channel.prediction.end', 'channel.shared_chat.begin', 'channel.shared_chat.update', 'channel.shared_chat.end',
  'channel.shield_mode.begin', 'channel.shield_mode.end', 'channel.shoutout.create', 'channel.shoutout.receive', 'channel.subscription.end',
  'channel.suspicious_user.message', 'channel.suspicious_user.update', 'channel.vip.add', 'channel.vip.remove', 'channel.warning.acknowledge',
  'channel.warning.send', 'channel.custom_power_up_redemption.add', 'conduit.shard.disabled', 'drop.entitlement.grant', 'extension.bits_transaction.create',
  'user.authorization.grant', 'user.authorization.revoke', 'user.update', 'user.whisper.message',
]); // prettier-ignore
