# Problems of the management API: title, and what to do
problem-invalid-request-title = 无法读取此请求
problem-invalid-request = Authorization 标头必须载有一个持有人令牌。
problem-invalid-parameters-title = 部分参数不能使用
problem-invalid-parameters = 请更正所列的参数。
problem-invalid-token-title = 需要有效的访问令牌
problem-invalid-token = 请重新登录，并提交适用于此接口的访问令牌。
problem-step-up-required-title = 请确认是您本人
problem-step-up-required = 此操作需要重新登录，且不能只使用电邮验证码。
problem-insufficient-scope-title = 此访问令牌不适用于目录
problem-insufficient-scope = 请取得范围为 directory 的令牌。
problem-forbidden-title = 您无权执行此操作
problem-forbidden = 您的用户 ID 没有所需的权限。
problem-not-found-title = 找不到
problem-not-found = 此处没有您可以查看的内容。
problem-method-not-allowed-title = 此处不能执行此操作
problem-method-not-allowed = 此地址存在，但不接受此方法。
problem-too-many-requests-title = 请求过多
problem-too-many-requests = 请等候 Retry-After 所示的时间。
problem-internal-title = 发生错误
problem-internal = 这是我们的问题，请稍后再试。

# What is wrong with a field
finding-unknown = 此处不接受此项。
finding-repeated = 此项只可提供一次。
finding-not-plain-text = 此项含有不能使用的字符。
finding-too-long = 此项超过 { $most } 个字符。
finding-not-allowed = 此项不是可用的值。
finding-out-of-range = 此项必须为 { $least } 至 { $most } 之间的数字。
finding-not-an-instant = 此项必须为日期和时间，例如 2026-11-23T00:00:00Z。
finding-foreign-cursor = 此项不是此排序的列表的游标。
