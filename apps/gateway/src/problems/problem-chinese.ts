import { type ErrorCode } from '#contracts';
import { type ProblemWords } from './problem-page.js';

/** What /problems/{code} says to those who read 简体中文. Codes, fields and statuses keep their names. */
export const CHINESE: Readonly<Record<ErrorCode, ProblemWords>> = {
  'malformed-request': {
    title: '请求格式不正确',
    cause: '收到的字节不是合法的 HTTP 请求，或者请求体不是 UTF-8 编码的 JSON。',
    remedy: '请用格式正确的 HTTP 发送一个 UTF-8 编码的 JSON 值。',
  },
  'idempotency-key-missing': {
    title: '该请求需要 Idempotency-Key 请求头',
    cause: '该接口会创建数据，或者变动资金、库存。没有幂等键，响应丢失后的重试会执行两次。',
    remedy: '请发送 Idempotency-Key 请求头，每个新请求使用一个新值，例如 UUID。',
  },
  'idempotency-key-invalid': {
    title: 'Idempotency-Key 必须是 1 至 255 个可打印的 ASCII 字符，且只发送一次',
    cause: 'Idempotency-Key 请求头为空、过长、出现两次，或者含有 ASCII 以外的字符。',
    remedy: '请在单个 Idempotency-Key 请求头中发送 UUID 之类的键。',
  },
  'cursor-invalid': {
    title: '游标不是由该列表返回的',
    cause: '游标在途中被改动、属于另一个列表，或者与上一页的筛选条件不同。',
    remedy: '请原样发送上一页的 nextCursor；不带游标则从头开始。',
  },
  unauthorized: {
    title: '需要有效的 API 密钥',
    cause: '没有 Authorization 请求头、认证方案不是 Bearer，或者密钥未知、已被吊销。',
    remedy: '请以 “Authorization: Bearer <key>” 的形式发送 API 密钥。',
  },
  'webhook-signature-invalid': {
    title: 'Webhook 签名无效',
    cause: '缺少签名请求头或重复发送，请求体在途中被改动，使用了其他密钥，或时间相差过大。没有存储任何内容。',
    remedy: '请用此处已配置的密钥对请求体的原始字节签名，并在五分钟之内送达。',
  },
  forbidden: {
    title: '该密钥无权执行此操作',
    cause: '密钥有效，但它的权限范围不包含该接口所需的范围。',
    remedy: '请使用具有 “needed” 所示权限范围的密钥。',
  },
  'route-not-found': {
    title: '没有这个路径',
    cause: '该路径下没有任何内容。',
    remedy: '请检查路径：/docs 列出了所有接口。',
  },
  'order-not-found': {
    title: '没有这个订单',
    cause: '没有订单使用这个 id。',
    remedy: '请检查 id：它就是创建订单时返回的那一个。',
  },
  'payment-not-found': {
    title: '没有这笔付款',
    cause: '没有付款使用这个 id。',
    remedy: '请检查 id：它就是创建付款时返回的那一个。',
  },
  'dead-letter-not-found': {
    title: '没有这条死信',
    cause: '该服务没有这个编号的死信。',
    remedy: '请检查服务名和编号：GET /ops/failures 会列出等待处理的死信。',
  },
  'redrive-not-found': {
    title: '没有这次重投',
    cause: '该服务没有这个编号的重投。',
    remedy: '请检查服务名和编号：它们就在发起重投时的响应里。',
  },
  'dead-letter-not-redrivable': {
    title: '这条死信已经无法再处理',
    cause: '它已被丢弃或已经重投；或者内容无法解析，没有服务能读懂。',
    remedy: '请先读取它：已丢弃或已重投的不必再处理，无法解析的只能丢弃。',
  },
  'redrive-in-progress': {
    title: '该服务正在重投',
    cause: '每个服务同一时间只进行一次重投。',
    remedy: '请等待正在进行的重投完成，或者先停止它。',
  },
  'product-not-found': {
    title: '没有这个商品',
    cause: '没有商品使用这个 SKU。',
    remedy: '请检查 SKU，或者用 PUT /v1/products/{sku} 创建该商品。',
  },
  'location-not-found': {
    title: '没有这个库位',
    cause: '还没有人创建过这个名称的库位。“main” 始终存在。',
    remedy: '请检查名称，或用 PUT /v1/locations/{location} 创建该库位。',
  },
  'import-not-found': {
    title: '没有这个导入任务',
    cause: '没有任何导入任务使用该编号。',
    remedy: '请检查编号：GET /v1/stock/imports 列出了所有导入任务。',
  },
  'method-not-allowed': {
    title: '该路径不支持这个方法',
    cause: '路径存在，但不支持这个方法。Allow 响应头列出了支持的方法。',
    remedy: '请使用 /docs 中为该路径列出的方法。',
  },
  'request-timeout': {
    title: '请求到达得太慢',
    cause: '请求头或请求体没有在允许的时间内完整到达。',
    remedy: '请重新发送请求，并一次发送完毕。',
  },
  'order-not-payable': {
    title: '该订单并不在等待付款',
    cause: '订单已经付款、仍在预留库存，或者已在未付款的情况下结束。',
    remedy: '请读取订单：只有状态为 awaiting_payment 的订单可以付款。',
  },
  'order-not-cancellable': {
    title: '该订单已不能取消',
    cause: '订单已被拒绝，或已全部发出。',
    remedy: '请读取订单：被拒绝的订单没有需要退还的东西，已发出的部分只能退货。',
  },
  'order-not-fulfillable': {
    title: '该订单不能这样发货',
    cause: '订单尚未确认，或某一行的发货数量超过了已订购且尚未发出的数量。',
    remedy: '请读取订单：只有已确认的订单才能发货，且每一行发出的数量不能超过剩余数量。',
  },
  'order-not-changeable': {
    title: '该订单的商品行已不能修改',
    cause: '订单不在等待付款，或者它的付款或另一次修改正在进行。',
    remedy: '请读取订单：只有处于 awaiting_payment 且没有付款正在进行的订单可以修改。',
  },
  'order-change-refused': {
    title: '新的商品行无法预留，或金额不同',
    cause: '某个商品不存在、已停用或库存不足，预留已过期，或者总额与预期不同。',
    remedy: '请查看 “reason” 和 “errors”：订单保持原样。请发送有库存的商品行，或当前的总额。',
  },
  'if-match-missing': {
    title: '该请求需要 If-Match 请求头',
    cause: '没有 If-Match，该请求可能覆盖您尚未看到的修改。',
    remedy: '请先读取，并在 If-Match 中发送它的 ETag：修改就只作用于您看到的版本。',
  },
  'order-not-returnable': {
    title: '这些商品不能这样退货',
    cause: '某一行的退货数量超过了已发出且尚未退回的数量。',
    remedy: '请读取订单：每一行退回的数量不能超过已发出且尚未退回的数量。',
  },
  'return-not-found': {
    title: '该订单没有这次退货',
    cause: '该订单下没有这个编号的退货。',
    remedy: '请核对两个编号：退货要在它所属的订单之下读取。',
  },
  'too-many-notes': {
    title: '订单不能再添加备注',
    cause: '订单的时间线已有 1 000 条记录。',
    remedy: '请将更长的内容存放在别处，并在备注中注明位置。',
  },
  'payment-in-progress': {
    title: '该订单的另一笔付款正在进行',
    cause: '该订单先前的付款尚未得到批准或拒绝的结果。',
    remedy: '请等待正在进行的付款得出结果；若被拒绝，再重试。',
  },
  'payment-not-capturable': {
    title: '该付款不能扣款',
    cause: '该付款不是已授权且等待扣款的付款，或授权金额不足。',
    remedy: '请读取付款：只有手动扣款且已授权的付款才能扣款一次，且不能超过其金额。',
  },
  'payment-not-voidable': {
    title: '该付款不能撤销',
    cause: '该付款没有可以释放的预授权。',
    remedy: '请读取付款：已授权的付款可以撤销；已扣款的付款请退款。',
  },
  'payment-not-refundable': {
    title: '该付款没有可退的金额',
    cause: '尚未扣款，或已全部退回。',
    remedy: '请读取付款：refundableAmount 表示已扣款的付款还能退多少。',
  },
  'refund-not-found': {
    title: '该付款没有这笔退款',
    cause: '该付款下没有这个编号的退款。',
    remedy: '请核对两个编号：退款要在它所退的付款之下读取。',
  },
  'refund-too-large': {
    title: '退款超过了付款的剩余金额',
    cause: '加上先前的退款，退回的金额将超过已扣款的金额。',
    remedy: '退款不得超过付款的 refundableAmount；不填金额则全部退回。',
  },
  'backorder-in-locations': {
    title: '允许超量销售的 SKU 只能放在一个库位',
    cause: '先卖后到的 SKU，库存可能低于零，而没有哪个库位能存放负数。',
    remedy: '请先把 backorderLimit 设为 0，再把该 SKU 分到多个库位；已分到多个库位的不能欠货。',
  },
  'stock-owed': {
    title: '欠货不能盘点',
    cause: '该 SKU 卖出的比现有的多：onHand 低于零，无法清点。',
    remedy: '请把到货以 delta 加 reason "received" 提交；等 onHand 不小于 0 再盘点。',
  },
  'stock-below-reserved': {
    title: '库存将低于已预留的数量',
    cause: '变动之后的现有数量会少于已承诺给订单的数量。没有任何改动。',
    remedy: '扣减的数量不能超过可用数量：已预留的部分属于订单。',
  },
  'stock-limit-exceeded': {
    title: '库存将超过可计数的最大值',
    cause: '现有数量与增加数量之和过大，无法精确计数。',
    remedy: '请检查数量：加上现有数量后超出了可计数的范围。',
  },
  'too-many-locations': {
    title: '该 SKU 所在的库位过多',
    cause: '一个 SKU 所在的库位数量有限，数量已归零的库位也计算在内。',
    remedy: '请使用它已在的库位：GET /v1/stock/{sku} 会列出它们。',
  },
  'version-mismatch': {
    title: '读取之后它已被修改',
    cause: '有人修改了它：当前版本已不是 If-Match 中的版本；或者发送了 “If-None-Match: *”，而它已经存在。',
    remedy: '请重新读取、重新决定，并在 If-Match 中发送新版本。',
  },
  'payload-too-large': {
    title: '请求体过大',
    cause: '请求体的字节数超过了允许的上限。',
    remedy: '请发送更小的请求体。',
  },
  'uri-too-long': {
    title: '请求目标过长',
    cause: '路径或其中一段比任何现有路径都长。',
    remedy: '请缩短路径或查询参数。',
  },
  'unsupported-media-type': {
    title: '请求体的类型不是此路由所接受的',
    cause: '请求体经过压缩，或者此路由不接受其 Content-Type：多数路由接受 application/json。',
    remedy: '请使用响应的 Accept 头中列出的类型，以 UTF-8 编码、不压缩地发送。',
  },
  'validation-failed': {
    title: '请求内容无效',
    cause: '有字段缺失、未知或不符合要求。“errors” 以 JSON 指针逐一指出。没有任何改动。',
    remedy: '请更正 “errors” 中列出的字段。',
  },
  'idempotency-key-reused': {
    title: '该 Idempotency-Key 已用于另一个请求',
    cause: '这个键先前已随不同的请求体或路径使用过。',
    remedy: '新请求请使用新键；重试时请发送完全相同的请求体。',
  },
  'rate-limited': {
    title: '请求过于频繁',
    cause: '调用方的配额已用完。RateLimit-Policy 响应头说明总配额，RateLimit 说明剩余配额。',
    remedy: '请等待 Retry-After 指定的秒数之后重试，并放慢请求速度。',
  },
  'too-many-streams': {
    title: '打开的事件流过多',
    cause: '调用方在此网关上打开的事件流已达上限，“limit” 给出上限。',
    remedy: '请关闭不再需要的事件流，或改用 GET /v1/orders/{id}/timeline 读取。',
  },
  'headers-too-large': {
    title: '请求头过大',
    cause: '所有请求头合计超过了允许的大小。',
    remedy: '请减少或缩短请求头。',
  },
  'internal-error': {
    title: '我们这边出了问题',
    cause: '这是我们的缺陷。请求可能已经生效，也可能没有。',
    remedy: '请报告请求 id：故障已与它一同记录。',
  },
  'service-unavailable': {
    title: '请稍后重试',
    cause: 'API 背后的某个服务已停止、正在启动或过载，或者网关本身过载。',
    remedy: '请求没有产生任何效果。请在 Retry-After 指定的时间之后重试。',
  },
  'outcome-unknown': {
    title: '请求已发出，但结果尚不可知',
    cause: '请求已经转交，但没有及时收到答复。',
    remedy: '请求可能已经生效，也可能没有。请重试以确认结果；若原请求带有 Idempotency-Key，请使用相同的键。',
  },
};
