# Choice of method
choose-method-title = How would you like to log in?
choose-method-otp = Log in with OTP
choose-method-otp-detail = Password, then a code from your app or email
choose-method-smartcard = Log in with smartcard
choose-method-smartcard-detail = Smartcard in the reader, and its PIN
other-method = Choose another way to log in

# User ID and password
password-title = User ID and password
password-label = Password
forgot-password = Forgot or reset password?
log-in = Log in

# Reset of the password
reset-user-id-title = Which user ID is it for?
reset-user-id-lead = We will send an 8-digit code to the email address registered for your user ID. This is also how you set your first password.
reset-otp-title = Enter the code from your email
reset-otp-lead = If { $user } has a registered email address, an 8-digit code is on its way to it.
reset-otp-label = 8-digit code
reset-otp-resent = A new code has been asked for. Earlier codes no longer work.
reset-password-title = Choose a new password
reset-password-lead = For user ID { $user }.
new-password-label = New password
confirm-password-label = New password again
password-rule-length = At least { $count } characters; a few unrelated words work well
password-rule-guess = Not easy to guess, and not made of your name or user ID
password-rule-history = Not one of your last { $count } passwords
set-password = Set password
reset-done-title = Your password is set
reset-done-lead = Close this step and log in with your new password. Sessions that were open have been ended.

# Broken rules of a new password
rule-too-short = It is too short: use at least { $count } characters.
rule-too-long = It is too long: use at most { $count } characters.
rule-too-guessable = It is too easy to guess: add a few unrelated words.
rule-own-name = It is made of your name or user ID.
rule-reused = It is one of your last { $count } passwords.
rule-mismatch = The two entries differ.

# Registration of a device
register-device-title = Register your device
register-device-lead = An authenticator app on your phone gives you one-time passwords at once, even offline. It protects your account better than email.
register-device-point-app = Any authenticator app will do: it needs to support time-based codes (TOTP).
register-device-point-id = Each user ID has an entry of its own in the app. If you hold two user IDs, register each.
register-device = Register device
skip-step = Skip this step
scan-qr-title = Scan this code with your app
scan-qr-picture = QR code of the soft token for { $user }
scan-qr-step-open = Open the authenticator app and choose to add an account.
scan-qr-step-scan = Point the camera at the QR code.
scan-qr-step-continue = Continue here; the next page asks for the code that the app shows.
scan-qr-by-hand = Cannot scan it?
scan-qr-account = Account
scan-qr-secret = Key
scan-qr-kind = Kind
scan-qr-kind-value = Time-based, 6 digits, 30 seconds, SHA-1
scan-qr-open-app = Open in the app on this device

# Risk of email OTP
email-risk-title = One-time passwords by email are weaker
email-risk-lead = If you skip the app, every log-in will send a one-time password to your registered email address.
email-risk-point-mailbox = Whoever can read your mailbox can read the code, and can also ask to reset your password.
email-risk-point-approve = Changes cannot be approved with a one-time password from an email.
email-risk-point-later = You can register a device later, on your account page.
email-risk-back = Back to register a device
email-risk-accept = Accept the risk and use email

# One-time password
otp-title = Enter your one-time password
otp-label = One-time password
otp-lead-app = Open your authenticator app and enter the 6 digits shown for { $user }.
otp-lead-email = We sent an 8-digit one-time password to { $address }.
otp-valid = It is valid for { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
}.
otp-resent = A new one-time password is on its way. Earlier ones no longer work.

# Enrolment code
enrolment-code-title = Enter your enrolment code
enrolment-code-lead = Delegated administrators and operators register their first device with a code handed to them in person or by phone, never by email. Ask the people who set up your profile for it.
enrolment-code-label = Enrolment code

# Consent
consent-context = Logged in as { $user }
consent-title = Share your details with { $application }?
consent-lead = It is not run by the clearing house and asks for the following. You are asked only once.
consent-return = You will then be sent to { $host }.
allow = Allow
deny = Do not allow
scope-openid = Who you are
scope-openid-detail = An identifier that says that you are the same person next time
scope-profile = Your name and user ID
scope-profile-detail = As registered by your participant
scope-email = Your email address
scope-email-detail = The registered address, and whether it is verified
scope-address = Your postal address
scope-address-detail = If one is registered
scope-phone = Your telephone number
scope-phone-detail = If one is registered
scope-offline-access = Access while you are away
scope-offline-access-detail = It can renew its access without asking you each time
scope-clearing = Your role in clearing
scope-clearing-detail = Participant, business user groups, rights and last access
scope-directory = The user directory
scope-directory-detail = What your own rights allow you to see and do there

# Logging out
signed-out-title = You are logged out
signed-out-lead = If others use this computer, close the browser window too.
return-to = Back to { $application }
return-plain = Continue
confirm-sign-out-title = Log out?
confirm-sign-out-lead = This ends your session here and in the applications you opened with it. To stay logged in, close this page.

# Passing an answer on to the application
form-post-title = Taking you to the application
form-post-lead = If nothing happens within a few seconds, continue by hand.
