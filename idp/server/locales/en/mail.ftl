mail-greeting = Dear user,
mail-closing = Sent by Countersign. Please do not reply to this message. Countersign never asks for your password or a one-time password by email or telephone.
mail-fact-line = { $name }: { $value }
mail-fact-user-id = User ID
mail-fact-time = Time (Hong Kong)
mail-fact-from = From
mail-fact-by = By
mail-fact-address = Page
mail-fact-new-address = New address
mail-fact-participant = Participant
mail-fact-no-email = Without an email address
mail-fact-no-password = Without a password
factor-app = authenticator app
factor-email = one-time passwords by email
factor-passkey = passkey
factor-smartcard = smartcard
mail-otp-login-subject = Your one-time password
mail-otp-login-opening = Here is your one-time password to log in. It is valid for { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
} and works once, in the browser that asked for it.
mail-otp-login-advice = If you did not just log in, someone knows your password: reset it, and tell the delegated administrator of your participant.
mail-otp-reset-subject = Your code to reset the password
mail-otp-reset-opening = Here is your one-time password to set a new password. It is valid for { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
} and works once, in the browser that asked for it.
mail-otp-reset-advice = If you did not ask for it, do nothing: your password stays as it is. Do not pass the code on to anyone.
mail-password-changed-subject = Your password was changed
mail-password-changed-opening = The password of { $user } was set or changed. All its sessions have been ended.
mail-password-changed-advice = If it was not you, tell the delegated administrator of your participant at once.
mail-factor-added-subject = A second factor was added
mail-factor-added-opening = A second factor was added for { $user }: { $factor }.
mail-factor-added-advice = If it was not you, tell the delegated administrator of your participant at once.
mail-factor-removed-subject = A second factor was removed
mail-factor-removed-opening = A second factor was removed for { $user }: { $factor }.
mail-factor-removed-advice = If you did not expect this, tell the delegated administrator of your participant at once.
mail-account-locked-subject = Your account is locked
mail-account-locked-opening = { $user } was locked after too many wrong entries. Nobody can log in with it until it is unlocked; resetting the password does not unlock it.
mail-account-locked-advice = Ask the delegated administrator of your participant to unlock it. If the entries were not yours, say so.
mail-profile-changed-subject = Your user profile was changed
mail-profile-changed-opening = The profile of { $user } was changed by an approved request.
mail-profile-changed-advice = If you did not expect this, ask the delegated administrator of your participant.
mail-profile-suspended-subject = A user profile was suspended
mail-profile-suspended-opening = { $user } was suspended. Its sessions have ended, and nobody can log in with it until two administrators lift the suspension.
mail-profile-suspended-advice = If you do not know why, ask the person named below.
mail-approval-code-revoked-subject = An authorisation code was revoked
mail-approval-code-revoked-opening = The authorisation code of { $user } was entered wrong three times and is void. Its owner can get a new one under Get Authorisation Code.
mail-approval-code-revoked-advice = If the entries were not made on your behalf, tell the exchange: somebody may be trying to sign in your name.
mail-parallel-run-ahead-subject = { $house }: email addresses before the parallel run
mail-parallel-run-ahead-opening = The parallel run of { $house } is planned to begin on { $day } ({ $days } { $days ->
    [one] day
   *[other] days
} from now). Some of your users have no email address yet: without one they cannot set up two-factor login.
mail-parallel-run-ahead-advice = Register their email addresses under Change User Profile, or in one batch. The listing filtered by "no email" shows all of them.
mail-complete-ahead-subject = { $house }: users who will lose access
mail-complete-ahead-opening = Smartcards of { $house } are planned to end on { $day } ({ $days } { $days ->
    [one] day
   *[other] days
} from now). From then on two-factor login is the only way, and some of your users are not ready.
mail-complete-ahead-advice = Register missing email addresses: business users without one will be quarantined, and later removed. Ask those without a password to set it up under "Forgot/Reset your password".
mail-request-filed-subject = A change request was filed in your name
mail-request-filed-opening = At the command line of Countersign, a list of users was filed as a change request whose maker is { $user }. No checker can approve it until you have adopted it.
mail-request-filed-advice = If you asked for it, read it under your change requests and adopt it. If you did not, withdraw it under your change requests, and tell the other operators at once.
mail-operator-invited-subject = You are an operator of Countersign
mail-operator-invited-opening = { $user } is an operator's user ID, and this is its registered address. Open the page named below, log in with a one-time password, and choose "Forgot or reset password" to set a password. Then log in with it and register an authenticator app: for that you are asked for the enrolment code that whoever installs Countersign gives you in person or by telephone. It never comes by email.
mail-operator-invited-advice = If you do not expect this, do not open the page, and ask the exchange.
mail-recovery-used-subject = Operators were let in by the recovery keys
mail-recovery-used-opening = The two sealed recovery keys of Countersign were used to let operators in again. They register new second factors.
mail-recovery-used-advice = If you do not know why, tell the exchange's security at once: whoever holds both keys can do this.
mail-email-changed-old-subject = Your registered email address was changed
mail-email-changed-old-opening = Messages about { $user } no longer come to this address.
mail-email-changed-old-advice = If you did not expect this, tell the delegated administrator of your participant at once.
mail-email-changed-new-subject = This address is now registered with Countersign
mail-email-changed-new-opening = Messages about { $user }, one-time passwords among them, now come to this address.
mail-email-changed-new-advice = If you do not know this user ID, tell the sender of your access rights or delete this message.
