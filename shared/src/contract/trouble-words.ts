import type { Words } from '../prompt/host-prompt.ts';

/** What is wrong and what to do. `{about}` is what the trouble names; with its brackets it goes where nothing is named. */
export interface TroubleWords {
  readonly text: Words;
  readonly remedy: Words;
}

const say = (zh: string, zhRemedy: string, en: string, enRemedy: string): TroubleWords => ({
  text: { zh, en },
  remedy: { zh: zhRemedy, en: enRemedy },
});

/** Of sources and connectors. A connector's own code needs a line here before the compiler takes it. */
export const SOURCE_TROUBLES = {
  silent: say('连接着，但没有收到任何消息（已 {about} 秒）', '到平台后台确认直播间正在直播，消息确实发到这里。', 'Connected, but nothing came ({about} s)', 'Check on the platform’s side that the room is live and that messages are sent here.'),
  'no-answer': say('对方不再回应', '正在重新连接；一直如此时，检查网络和对方程序。', 'The other side no longer answers', 'It is connected anew; if it stays so, check the network and the other program.'),
  cut: say('连接断开（{about}）', '会自动重新连接；反复出现时，检查网络和对方程序。', 'The connection was cut ({about})', 'It comes back by itself; if it is cut again and again, check the network and the other program.'),
  unreachable: say('连接不上平台（{about}）', '检查网络，以及设置里这个源的地址。', 'The platform cannot be reached ({about})', 'Check the network, and the address of this source in the settings.'),
  http: say('平台的答复异常（{about}）', '会自动再试；一直如此时，查看平台的状态公告。', 'The platform answers with an error ({about})', 'It is tried again; if it stays so, look whether the platform reports trouble.'),
  refused: say('对方拒绝了密钥或令牌（{about}）', '在设置里检查这个源的密钥、权限和房间。', 'The key or token is refused ({about})', 'Check key, permissions and room of this source in the settings.'),
  'too-large': say('一条消息太大，超过了上限（{about}）', '在设置里把这个源的上限调大。', 'A message is larger than the limit ({about})', 'Raise that limit in the settings of this source.'),
  'no-stream': say('这个地址给的不是事件流', '在设置里检查地址，应为 text/event-stream。', 'This address gives no event stream', 'Check the address in the settings: it must answer text/event-stream.'),
  schema: say('第三方服务用了本程序不认识的消息版本', '更新本程序。', 'The service speaks a version that is not known here', 'Update LiveCue.'),
  'no-messages': say('第三方服务很久没有收到直播间的消息', '确认该账号正在直播；会自动再试。', 'The service saw no message of the room for too long', 'Check that the account is live; it is tried again.'),
  options: say('第三方服务不接受这些参数', '在设置里检查账号名和地址。', 'The service refuses the options', 'Check the account’s name and the address in the settings.'),
  key: say('第三方服务拒绝这个密钥', '在设置里换上正确的密钥。', 'The service refuses the key', 'Enter the right key in the settings.'),
  permission: say('这个密钥的套餐不包含该直播间', '向服务商升级套餐，或换一个密钥。', 'The plan of this key does not allow this room', 'Ask the service for another plan, or use another key.'),
  'not-live': say('直播还没有开始', '开播后会自动连上。', 'The room is not live yet', 'It connects by itself once it is.'),
  'too-many-connections': say('这个密钥的连接数太多', '关掉用同一密钥的其他程序。', 'The key has too many connections', 'Close other programs that use this key.'),
  answer: say('平台的答复缺少内容（{about}）', '会自动再试；一直如此时，更新本程序。', 'The platform’s answer lacks something ({about})', 'It is tried again; if it stays so, update LiveCue.'),
  'identity-code': say('主播身份码不对', '到平台的主播页面重新复制身份码，填到设置里。', 'The identity code is wrong', 'Copy it again from the streamer’s page of the platform into the settings.'),
  'too-many-sessions': say('这个应用在该直播间开了太多会话', '结束其他正在使用该应用的程序。', 'Too many sessions of this app are open for the room', 'End the other programs that use the app.'),
  start: say('平台没有开启会话（{about}）', '会自动再试；一直如此时，在平台文档里查这个代码。', 'The platform opened no session ({about})', 'It is tried again; if it stays so, look the code up in the platform’s documents.'),
  auth: say('平台没有通过连接验证（{about}）', '会自动再试；一直如此时，在设置里检查密钥。', 'The platform refused the connection ({about})', 'It is tried again; if it stays so, check the key in the settings.'),
  ended: say('平台结束了会话', '会自动重新连接。', 'The platform ended the session', 'It is connected anew.'),
  expired: say('会话已失效（{about}）', '会自动重新连接。', 'The session is gone ({about})', 'It is connected anew.'),
  token: say('平台拒绝登录令牌', '重新登录，把新令牌填到设置里。', 'The platform refuses the token', 'Sign in again and enter the new token in the settings.'),
  login: say('服务器拒绝登录', '在设置里检查频道名。', 'The server refuses the login', 'Check the channel’s name in the settings.'),
  permissions: say('令牌缺少权限，部分消息看不到（{about}）', '重新登录并授予这些权限。', 'The token lacks permissions, so some messages are not seen ({about})', 'Sign in again and grant them.'),
  revoked: say('有权限被收回', '重新登录，才能看到全部消息。', 'A permission was taken back', 'Sign in again to see all.'),
  reconnect: say('平台要求换一个连接，但没有给出可用的地址', '会自动重新连接。', 'The platform asks us to move and names no usable address', 'It is connected anew.'),
  video: say('没有这个视频', '在设置里检查视频编号。', 'There is no such video', 'Check the video’s id in the settings.'),
  quota: say('今天的接口配额已用完', '太平洋时间零点恢复；也可以在平台申请更多配额。', 'The day’s quota is used up', 'It begins again at midnight Pacific time; the platform grants more on request.'),
  rate: say('请求太频繁，被平台限流', '会自动放慢；同一密钥不要给其他程序用。', 'The platform was asked too often', 'It slows down by itself; do not use the key in other programs.'),
  status: say('平台中断了数据流（{about}）', '会自动再试；一直如此时，在设置里检查密钥和房间。', 'The platform ended the stream ({about})', 'It is tried again; if it stays so, check key and room in the settings.'),
  rejected: say('有请求没有通过签名验证', '把设置里的密钥与平台后台的核对一致。', 'A request failed its signature check', 'Compare the secret in the settings with the platform’s.'),
  'platform-degraded': say('平台通知：授权即将到期', '到平台重新授权。', 'The platform says that the permission ends soon', 'Authorise the app again on the platform.'),
  'platform-failed': say('平台通知：授权已被收回', '到平台重新授权，再重启程序。', 'The platform says that the permission was taken away', 'Authorise the app again on the platform, then restart the agent.'),
  'api-refused': say('店铺接口拒绝了凭证，订单详情读不到', '在设置里检查密钥和读取订单的权限，再重启程序。', 'The shop’s interface refuses the credentials: orders cannot be read', 'Check key and permission to read orders in the settings, then restart the agent.'),
  api: say('店铺接口暂时有问题', '会自动再试；详情见这一行的提示。', 'The shop’s interface has trouble', 'It is tried again; the tooltip of this line says more.'),
  'not-running': say('OBS 没有运行，或它的 WebSocket 服务器没有打开', '启动 OBS，在“工具 → WebSocket 服务器设置”里打开。', 'OBS does not run, or its WebSocket server is off', 'Start OBS and switch it on under Tools, WebSocket Server Settings.'),
  password: say('OBS 拒绝密码', '从 OBS 的“工具 → WebSocket 服务器设置”复制密码到设置里。', 'OBS refuses the password', 'Copy it from OBS: Tools, WebSocket Server Settings.'),
  'no-password': say('OBS 没有设置密码，整个网络都能连接', '在 OBS 的“工具 → WebSocket 服务器设置”里打开身份验证。', 'OBS asks for no password, and its server listens to the whole network', 'Switch authentication on in OBS: Tools, WebSocket Server Settings.'),
  'too-old': say('OBS 的协议版本不对', '更新 OBS。', 'OBS speaks another version of its protocol', 'Update OBS.'),
  'thrown-out': say('有人在 OBS 里断开了本程序', '重启程序即可重新连接。', 'Somebody ended our session in OBS', 'Restart the agent to connect again.'),
  closing: say('OBS 已关闭', '启动 OBS，会自动连上。', 'OBS was closed', 'Start OBS; it connects by itself.'),
  'no-version': say('OBS 没有报告版本', '会自动再试；一直如此时，更新 OBS。', 'OBS does not say which one it is', 'It is tried again; if it stays so, update OBS.'),
  'stream-reconnecting': say('OBS 与推流服务器断开，正在重试：观众看到的画面停住了', '检查网络。', 'OBS has lost the stream server and tries again: viewers see nothing new', 'Check the network.'),
  'stream-not-started': say('OBS 没能开始推流', '在 OBS 设置里检查服务器和推流码。', 'OBS could not start the stream', 'Check server and stream key in its settings.'),
  'frames-lost': say('OBS 最近 30 秒丢帧（{about} %）', '降低码率，或改用网线。', 'OBS lost frames in the last 30 s ({about} %)', 'Lower the bit rate, or use a cable.'),
  'disk-low': say('OBS 正在录制，磁盘快满了（剩余 {about} MB）', '腾出磁盘空间。', 'OBS records and its disk is nearly full ({about} MB left)', 'Make room on that disk.'),
  'relay-refused': say('中继拒绝令牌（{about}）', '把 connector-secrets.json 里 hooks-relay 的令牌与中继的核对一致。', 'The relay refuses the token ({about})', 'Compare the token of hooks-relay in connector-secrets.json with the relay’s.'),
  'relay-trouble': say('中继连不上或答复异常（{about}）', '会自动再试；检查 ingest.hooksRelay 的地址，以及中继是否在运行。', 'The relay cannot be reached or answers with an error ({about})', 'It is tried again; check the address in ingest.hooksRelay, and that the relay runs.'),
  'port-in-use': say('端口被别的程序占用', '关掉那个程序，或在设置里换一个端口。', 'Another program has this port', 'Stop it, or choose another port in the settings.'),
  configuration: say('设置有误：{about}', '在设置里改正。', 'The settings are wrong: {about}', 'Correct them in the settings.'),
  input: say('文件读不了：{about}', '检查文件。', 'The file cannot be read: {about}', 'Check the file.'),
  'disk-full': say('磁盘已满，事件写不进去', '腾出磁盘空间；在此之前事件会等待或被拒收。', 'The disk is full: events cannot be written', 'Free space on it; until then events wait or are refused.'),
  'disk-failed': say('写磁盘出错：{about}', '检查数据文件夹所在的磁盘和权限，再重启程序。', 'Writing to disk fails: {about}', 'Check the disk of the data folder and its permissions, then restart the agent.'),
  fault: say('程序内部出错：{about}', '日志里有详情；请重启程序。', 'The agent has a fault: {about}', 'The log says where; restart the agent.'),
} satisfies Readonly<Record<string, TroubleWords>>; // prettier-ignore

/** What to do about any finding. */
export const NOT_AS_SIGNED: Words = {
  zh: '在接收端数据库的 findings 表里查到这条记录；各种结论的含义见 docs/brokers.md。被改动或缺失的，从该数据库的备份恢复。',
  en: 'Look it up in table findings of the receiver’s database; docs/brokers.md says what each finding means. What was altered or is missing comes back from a backup of that database.',
};
const found = (zh: string, en: string): TroubleWords => ({ text: { zh, en }, remedy: NOT_AS_SIGNED });

/** What the receiver finds where what it holds is not what the agent signed. `{about}`: number of the record, or of the checkpoint. */
export const FINDING_TROUBLES = {
  altered: found('记录与本机写下的不符（第 {about} 条）', 'A record is not what this agent wrote (no. {about})'),
  dropped: found('本机写过的记录在接收端不见了（第 {about} 条）', 'A record that this agent wrote is not there (no. {about})'),
  reordered: found('记录的次序被改动（第 {about} 条）', 'Records stand in another order (no. {about})'),
  forked: found('签名的检查点互相矛盾（第 {about} 条处）', 'Signed checkpoints contradict each other (at no. {about})'),
  'resent-altered': found('同一编号的记录来过两次，内容不同（第 {about} 条）', 'A record came twice with different content (no. {about})'),
  unproven: found('更早的记录由另一个数据库核对过（到第 {about} 条），这里无法再核对', 'Earlier records were verified by another database (up to no. {about}), and cannot be verified here'),
  'wrong-key': found('本机出示的签名密钥不是接收端信任的那一个', 'The key that this agent shows is not the one that the receiver trusts'),
  'wrong-checkpoint': found('检查点不是用受信任的密钥签的，或与记录对不上', 'A checkpoint is not signed by the trusted key, or does not fit its records'),
} satisfies Readonly<Record<string, TroubleWords>>; // prettier-ignore

const WAITS = [
  '直播不受影响；记录存在本机，恢复后补发。',
  'The show goes on; records wait on disk and are sent later.',
] as const;

/** Of the way to the cloud. */
export const UPLINK_TROUBLES = {
  'broker-away': say('连不上云端（{about}）', `检查 uplink 的地址、用户名和密码，以及对方是否在运行。${WAITS[0]}`, 'No connection to the broker ({about})', `Check its address, user and password under uplink, and that it runs. ${WAITS[1]}`),
  'broker-closed': say('云端断开了连接（{about}）', WAITS[0], 'The broker closed the connection ({about})', WAITS[1]),
  'broker-refuses': say('云端不允许订阅或发送（{about}）', `在云端的访问控制里放行；cloud/mosquitto/acl 是样例。${WAITS[0]}`, 'The broker refuses ({about})', `Allow it in the broker’s access control; cloud/mosquitto/acl shows how. ${WAITS[1]}`),
  'record-too-large': say('一条记录超过云端允许的大小（第 {about} 条）', '把云端的最大包大小调大；该记录会等待。', 'A record is larger than the broker takes (no. {about})', 'Raise the broker’s maximum packet size; the record waits.'),
  outbox: say('读写待上云记录时出错：{about}', '检查数据文件夹所在的磁盘；会自动再试。', 'Reading or writing the outbox fails: {about}', 'Check the disk of the data folder; it is tried again.'),
  'no-receiver': say('有别的程序占用了接收端的主题（{about}）', '该主题只能由接收端写入：在云端的访问控制里收紧。', 'Something else writes where only the receiver may ({about})', 'Allow that topic to the receiver alone in the broker’s access control.'),
  'same-agent-id': say('另一台机器用着同一个 agentId（{about}）', '给其中一台换一个 agentId 再重启；在此之前本机不再发送。', 'Another agent uses the same agentId ({about})', 'Give one of them its own and restart; until then nothing more is sent from here.'),
  'embedded-ended': say('本机自带的云端程序意外结束（{about}）', `正在自动重启。${WAITS[0]}`, 'The embedded broker and receiver ended ({about})', `It is started again. ${WAITS[1]}`),
} satisfies Readonly<Record<string, TroubleWords>>; // prettier-ignore
