# Choice of method
choose-method-title = 请选择登录方式
choose-method-otp = 使用一次性密码登录
choose-method-otp-detail = 密码，加上应用或电子邮件中的一次性密码
choose-method-smartcard = 使用智能卡登录
choose-method-smartcard-detail = 将智能卡插入读卡器，并输入卡的 PIN
other-method = 选择其他登录方式

# User ID and password
password-title = 用户编号和密码
password-label = 密码
forgot-password = 忘记或重置密码？
log-in = 登录

# Reset of the password
reset-user-id-title = 请输入用户编号
reset-user-id-lead = 我们会将 8 位数字验证码发送至您的用户编号所登记的邮箱。首次设置密码也使用此方法。
reset-otp-title = 请输入邮件中的验证码
reset-otp-lead = 如果 { $user } 已登记邮箱，8 位数字验证码即将送达。
reset-otp-label = 8 位数字验证码
reset-otp-resent = 已请求发送新的验证码，之前的验证码已失效。
reset-password-title = 设置新密码
reset-password-lead = 用户编号：{ $user }
new-password-label = 新密码
confirm-password-label = 再次输入新密码
password-rule-length = 至少 { $count } 个字符；可用几个互不相关的词语组成
password-rule-guess = 不易猜中，也不由您的姓名或用户编号组成
password-rule-history = 不可与最近 { $count } 个密码相同
set-password = 设置密码
reset-done-title = 密码已设置
reset-done-lead = 请关闭此步骤，然后使用新密码登录。之前的所有登录均已结束。

# Broken rules of a new password
rule-too-short = 密码太短：请使用至少 { $count } 个字符。
rule-too-long = 密码太长：请使用最多 { $count } 个字符。
rule-too-guessable = 密码太容易被猜中：请加入几个互不相关的词语。
rule-own-name = 密码包含您的姓名或用户编号。
rule-reused = 密码与最近 { $count } 个密码之一相同。
rule-mismatch = 两次输入的密码不一致。

# Registration of a device
register-device-title = 登记您的设备
register-device-lead = 手机上的验证器应用可即时生成一次性密码，离线也能使用，比电子邮件更能保护您的账户。
register-device-point-app = 任何支持基于时间的一次性密码（TOTP）的验证器应用均可使用。
register-device-point-id = 每个用户编号在应用中各有独立条目。如果您持有两个用户编号，请分别登记。
register-device = 登记设备
skip-step = 跳过此步骤
scan-qr-title = 用应用扫描二维码
scan-qr-picture = { $user } 的软件令牌二维码
scan-qr-step-open = 打开验证器应用，选择添加账户。
scan-qr-step-scan = 将摄像头对准二维码。
scan-qr-step-continue = 返回此页继续；下一页会要求输入应用显示的一次性密码。
scan-qr-by-hand = 无法扫描？
scan-qr-account = 账户
scan-qr-secret = 密钥
scan-qr-kind = 类型
scan-qr-kind-value = 基于时间，6 位数字，30 秒，SHA-1
scan-qr-open-app = 在此设备的应用中打开

# Risk of email OTP
email-risk-title = 通过电子邮件接收一次性密码的风险
email-risk-lead = 如果不使用应用，每次登录时一次性密码会发送至您登记的邮箱。
email-risk-point-mailbox = 任何能查看您邮箱的人，都能看到验证码，也能要求重置您的密码。
email-risk-point-approve = 电子邮件中的一次性密码不能用于批准更改。
email-risk-point-later = 您可以日后在账户页面登记设备。
email-risk-back = 返回登记设备
email-risk-accept = 接受风险并使用电子邮件

# One-time password
otp-title = 请输入一次性密码
otp-label = 一次性密码
otp-lead-app = 请打开验证器应用，输入 { $user } 所显示的 6 位数字。
otp-lead-email = 8 位数字一次性密码已发送至 { $address }。
otp-valid = 有效时间为 { $minutes } 分钟。
otp-resent = 新的一次性密码即将送达，之前的已失效。

# Enrolment code
enrolment-code-title = 请输入注册码
enrolment-code-lead = 获授权管理员及运营人员首次登记设备时，须使用当面或通过电话取得的注册码（不会以电子邮件发出）。请向为您建立用户资料的人员索取。
enrolment-code-label = 注册码

# Consent
consent-context = 已登录为 { $user }
consent-title = 与 { $application } 分享您的资料？
consent-lead = 此应用并非由结算所运营，现要求获取以下资料。系统只会询问一次。
consent-return = 之后您将被转到 { $host }。
allow = 允许
deny = 不允许
scope-openid = 识别您的身份
scope-openid-detail = 一个标识符，用于识别您下次再来
scope-profile = 您的姓名和用户编号
scope-profile-detail = 以参与者登记的资料为准
scope-email = 您的电子邮件地址
scope-email-detail = 已登记的地址，以及是否已验证
scope-address = 您的邮寄地址
scope-address-detail = 如有登记
scope-phone = 您的电话号码
scope-phone-detail = 如有登记
scope-offline-access = 在您离开后继续访问
scope-offline-access-detail = 可更新访问权限，无须每次向您询问
scope-clearing = 您的结算职能
scope-clearing-detail = 参与者、业务用户组、权限及上次登录
scope-directory = 用户目录
scope-directory-detail = 您的权限所允许的查阅及操作

# Logging out
signed-out-title = 您已退出登录
signed-out-lead = 如果有其他人使用此电脑，请同时关闭浏览器窗口。
return-to = 返回 { $application }
return-plain = 继续
confirm-sign-out-title = 确定退出登录？
confirm-sign-out-lead = 此操作会结束您在此处，以及由此打开的应用的登录。如要保持登录，请关闭此页。

# Passing an answer on to the application
form-post-title = 正在前往应用
form-post-lead = 如果几秒后仍未跳转，请点击“继续”。
