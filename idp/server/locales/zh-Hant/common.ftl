# Frame
own-page = 你的帳戶
cover-note = 為結算參與者、交收代理及其相關系統而設的安全登入服務。
languages-label = 語言
title-error = 錯誤

# Step context
context-login = 登入 { $application }
context-login-own = 登入你的帳戶
context-step-up = { $application } 要求確認你的身分
context-step-up-own = 確認你的身分
context-reset = 忘記或重設密碼

# Buttons used on several pages
submit = 提交
continue = 繼續
resend = 重新傳送
close = 關閉
sign-out = 登出
show-password = 顯示
hide-password = 隱藏
user-id-label = 用戶編號
back-to-login = 返回登入頁

# Notice on personal data and unauthorised use; the configuration can replace it
notice = 登入即表示你確認，你在本服務中處理其個人資料的人士，已同意有關資料用於此用途。本服務只供獲授權用戶使用；未經授權的存取或使用會被記錄，並可能被追究。
