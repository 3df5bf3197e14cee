# Choice of method
choose-method-title = 請選擇登入方式
choose-method-otp = 以一次性密碼登入
choose-method-otp-detail = 密碼，加上應用程式或電郵的一次性密碼
choose-method-smartcard = 以智能卡登入
choose-method-smartcard-detail = 將智能卡插入讀卡器，並輸入卡的 PIN
other-method = 選擇其他登入方式

# User ID and password
password-title = 用戶編號及密碼
password-label = 密碼
forgot-password = 忘記或重設密碼？
log-in = 登入

# Reset of the password
reset-user-id-title = 請輸入用戶編號
reset-user-id-lead = 我們會將 8 位數字驗證碼傳送至你用戶編號所登記的電郵地址。首次設定密碼亦使用此方法。
reset-otp-title = 請輸入電郵中的驗證碼
reset-otp-lead = 如 { $user } 已登記電郵地址，8 位數字驗證碼即將送達。
reset-otp-label = 8 位數字驗證碼
reset-otp-resent = 已要求傳送新的驗證碼，之前的驗證碼已經失效。
reset-password-title = 設定新密碼
reset-password-lead = 用戶編號：{ $user }
new-password-label = 新密碼
confirm-password-label = 再次輸入新密碼
password-rule-length = 至少 { $count } 個字元；可用幾個互不相關的詞語組成
password-rule-guess = 不易猜中，亦不以你的姓名或用戶編號組成
password-rule-history = 不可與最近 { $count } 個密碼相同
set-password = 設定密碼
reset-done-title = 密碼已設定
reset-done-lead = 請關閉此步驟，然後以新密碼登入。之前的所有登入均已結束。

# Broken rules of a new password
rule-too-short = 密碼太短：請使用至少 { $count } 個字元。
rule-too-long = 密碼太長：請使用最多 { $count } 個字元。
rule-too-guessable = 密碼太容易被猜中：請加入幾個互不相關的詞語。
rule-own-name = 密碼包含你的姓名或用戶編號。
rule-reused = 密碼與最近 { $count } 個密碼之一相同。
rule-mismatch = 兩次輸入的密碼不一致。

# Registration of a device
register-device-title = 登記你的裝置
register-device-lead = 手機上的驗證器應用程式可即時產生一次性密碼，離線亦可使用，比電郵更能保障你的帳戶。
register-device-point-app = 任何支援時間式一次性密碼（TOTP）的驗證器應用程式均可使用。
register-device-point-id = 每個用戶編號在應用程式中各有獨立項目。如你持有兩個用戶編號，請分別登記。
register-device = 登記裝置
skip-step = 略過此步驟
scan-qr-title = 以應用程式掃描二維碼
scan-qr-picture = { $user } 的軟件保安編碼器二維碼
scan-qr-step-open = 開啟驗證器應用程式，選擇新增帳戶。
scan-qr-step-scan = 將鏡頭對準二維碼。
scan-qr-step-continue = 返回此頁繼續；下一頁會要求輸入應用程式顯示的一次性密碼。
scan-qr-by-hand = 未能掃描？
scan-qr-account = 帳戶
scan-qr-secret = 密鑰
scan-qr-kind = 類型
scan-qr-kind-value = 時間式，6 位數字，30 秒，SHA-1
scan-qr-open-app = 在此裝置的應用程式中開啟

# Risk of email OTP
email-risk-title = 以電郵接收一次性密碼的風險
email-risk-lead = 如不使用應用程式，每次登入時一次性密碼會傳送至你登記的電郵地址。
email-risk-point-mailbox = 任何能閱讀你郵箱的人，都能看到驗證碼，亦能要求重設你的密碼。
email-risk-point-approve = 電郵的一次性密碼不能用於批核更改。
email-risk-point-later = 你可於日後在帳戶頁面登記裝置。
email-risk-back = 返回登記裝置
email-risk-accept = 接受風險並使用電郵

# One-time password
otp-title = 請輸入一次性密碼
otp-label = 一次性密碼
otp-lead-app = 請開啟驗證器應用程式，輸入 { $user } 所顯示的 6 位數字。
otp-lead-email = 8 位數字一次性密碼已傳送至 { $address }。
otp-valid = 有效時間為 { $minutes } 分鐘。
otp-resent = 新的一次性密碼即將送達，之前的已經失效。

# Enrolment code
enrolment-code-title = 請輸入註冊碼
enrolment-code-lead = 獲授權管理員及營運人員首次登記裝置時，須使用當面或以電話取得的註冊碼（不會以電郵發出）。請向為你設立用戶資料的人員索取。
enrolment-code-label = 註冊碼

# Consent
consent-context = 已登入為 { $user }
consent-title = 與 { $application } 分享你的資料？
consent-lead = 此應用程式並非由結算所營運，現要求取得以下資料。系統只會詢問一次。
consent-return = 其後你會被轉往 { $host }。
allow = 允許
deny = 不允許
scope-openid = 識別你的身分
scope-openid-detail = 一個識別碼，用以識別你下次再來
scope-profile = 你的姓名及用戶編號
scope-profile-detail = 以參與者登記的資料為準
scope-email = 你的電郵地址
scope-email-detail = 已登記的地址，以及是否已核實
scope-address = 你的郵寄地址
scope-address-detail = 如有登記
scope-phone = 你的電話號碼
scope-phone-detail = 如有登記
scope-offline-access = 在你離開後繼續存取
scope-offline-access-detail = 可更新存取權限，無須每次向你查詢
scope-clearing = 你的結算職能
scope-clearing-detail = 參與者、業務用戶組別、權限及上次登入
scope-directory = 用戶目錄
scope-directory-detail = 你的權限所容許的查閱及操作

# Logging out
signed-out-title = 你已登出
signed-out-lead = 如此電腦有其他人使用，請一併關閉瀏覽器視窗。
return-to = 返回 { $application }
return-plain = 繼續
confirm-sign-out-title = 確定登出？
confirm-sign-out-lead = 此操作會結束你在此處，以及由此開啟的應用程式的登入。如要保持登入，請關閉此頁。

# Passing an answer on to the application
form-post-title = 正在前往應用程式
form-post-lead = 如數秒後仍未轉頁，請按「繼續」。
