# Frame
own-page = 您的账户
cover-note = 为结算参与者、交收代理及其相关系统提供的安全登录服务。
languages-label = 语言
title-error = 错误

# Step context
context-login = 登录 { $application }
context-login-own = 登录您的账户
context-step-up = { $application } 需要确认您的身份
context-step-up-own = 确认您的身份
context-reset = 忘记或重置密码

# Buttons used on several pages
submit = 提交
continue = 继续
resend = 重新发送
close = 关闭
sign-out = 退出登录
show-password = 显示
hide-password = 隐藏
user-id-label = 用户编号
back-to-login = 返回登录页

# Notice on personal data and unauthorised use; the configuration can replace it
notice = 登录即表示您确认，您在本服务中处理其个人资料的人士，已同意有关资料用于此用途。本服务仅供获授权用户使用；未经授权的访问或使用会被记录，并可能被追究。
