# Problems of the management API: title, and what to do
problem-invalid-request-title = 無法讀取此請求
problem-invalid-request = Authorization 標頭必須載有一個持有人權杖。
problem-invalid-parameters-title = 部分參數不能使用
problem-invalid-parameters = 請更正所列的參數。
problem-invalid-token-title = 需要有效的存取權杖
problem-invalid-token = 請重新登入，並提交適用於此介面的存取權杖。
problem-step-up-required-title = 請確認是您本人
problem-step-up-required = 此操作需要重新登入，且不能只使用電郵驗證碼。
problem-insufficient-scope-title = 此存取權杖不適用於目錄
problem-insufficient-scope = 請取得範圍為 directory 的權杖。
problem-forbidden-title = 您無權執行此操作
problem-forbidden = 您的用戶 ID 沒有所需的權限。
problem-not-found-title = 找不到
problem-not-found = 此處沒有您可以查看的內容。
problem-method-not-allowed-title = 此處不能執行此操作
problem-method-not-allowed = 此位址存在，但不接受此方法。
problem-too-many-requests-title = 請求過多
problem-too-many-requests = 請等候 Retry-After 所示的時間。
problem-internal-title = 發生錯誤
problem-internal = 這是我們的問題，請稍後再試。

# What is wrong with a field
finding-unknown = 此處不接受此項。
finding-repeated = 此項只可提供一次。
finding-not-plain-text = 此項含有不能使用的字元。
finding-too-long = 此項超過 { $most } 個字元。
finding-not-allowed = 此項不是可用的值。
finding-out-of-range = 此項必須為 { $least } 至 { $most } 之間的數字。
finding-not-an-instant = 此項必須為日期和時間，例如 2026-11-23T00:00:00Z。
finding-foreign-cursor = 此項不是此排序的清單的游標。
