# At a field or above a form
error-required = Please fill this in.
error-wrong-credentials = The user ID or the password is not right. Please try again, or reset your password.
error-wrong-otp = This code is not right. Please check it and try again.
error-wrong-otp-tries = This code is not right. { $tries ->
    [one] One try is
   *[other] { $tries } tries are
} left.
error-otp-expired = This code is too old. Please use a new one.
error-otp-used = This code has been used already. Wait for the next one and enter that.
error-otp-tries = Too many wrong entries: this code no longer works. Please ask for a new one.
error-resend-too-soon = A code has just been sent. Please wait a moment before asking for another.
error-resend-too-soon-seconds = A code has just been sent. You can ask for another in { $seconds } { $seconds ->
    [one] second
   *[other] seconds
}.
error-resend-limit = No more codes can be sent for now. Use the latest one, or try again in an hour.
error-password-policy = This password cannot be used:
error-wrong-code = This enrolment code is not right, or is no longer valid.
error-wrong-password = Your current password is not right.
error-slow-down = There were several wrong tries. Please wait a while before the next one.
error-slow-down-seconds = There were several wrong tries. You can try again in { $seconds } { $seconds ->
    [one] second
   *[other] seconds
}.

# On a page of their own: title, what happened, what to do
error-csrf-title = This form cannot be accepted
error-csrf = It was not sent from a page opened in this browser, or cookies are switched off.
error-csrf-help = Allow cookies for this site, go back to the application and log in again.
error-invalid-form-title = This form cannot be read
error-invalid-form = Something in it is missing or has the wrong form.
error-invalid-form-help = Go back and try again.
error-too-large-title = This form is too large
error-too-large = More was sent than any field of the page takes.
error-too-large-help = Go back and try again.
error-expired-title = This log-in is no longer open
error-expired = It took too long, is finished already, or was begun in another browser.
error-expired-help = Go back to the application and log in again.
error-locked-title = Your account is locked
error-locked = Too many wrong one-time passwords were entered. Resetting the password does not unlock it.
error-locked-help = Please ask the delegated administrator of your participant to unlock it.
error-disabled-title = Your user ID is disabled
error-disabled = It cannot be used to log in.
error-disabled-help = Please contact the delegated administrator of your participant.
error-not-in-force-title = Your user ID is not in force today
error-not-in-force = Its first day has not come yet, or its last day is past.
error-not-in-force-help = Please contact the delegated administrator of your participant.
error-phase-refused-title = This way to log in is not open to you
error-phase-refused = In the present phase of the migration your clearing house does not accept it for your user ID.
error-phase-refused-help = Log in the other way, or contact the delegated administrator of your participant.
error-phase-no-password-title = Passwords cannot be set up yet
error-phase-no-password = Your clearing house has not begun the parallel run. Until then you log in with your smartcard.
error-phase-no-password-help = Make sure that your email address is registered, so that you can begin on the first day.
error-no-email-title = No email address is registered for you
error-no-email = A one-time password has nowhere to go.
error-no-email-help = Please contact the delegated administrator of your participant.
error-outside-hours-title = This is outside service hours
error-outside-hours = The function is open on business days only, at the hours of your clearing house.
error-outside-hours-help = Please come back during service hours.
error-smartcard-unavailable-title = Smartcard log-in is not available here yet
error-smartcard-unavailable = This installation does not serve smartcards at present.
error-smartcard-unavailable-help = Go back and log in with OTP.
error-invalid-client-title = We do not know this application
error-invalid-client = The address that brought you here names an application that is not registered.
error-invalid-client-help = Please tell the people who run the application. You have done nothing wrong.
error-invalid-redirect-uri-title = This application’s address is not registered
error-invalid-redirect-uri = It asks to send you to an address that it has not registered, so we stay here.
error-invalid-redirect-uri-help = Please tell the people who run the application. You have done nothing wrong.
error-invalid-request-title = This request cannot be understood
error-invalid-request = Something in the address that brought you here is missing or contradicts itself.
error-invalid-request-help = Please tell the people who run the application. You have done nothing wrong.
error-stronger-factor-needed-title = A stronger way to log in is needed
error-stronger-factor-needed = The application asks for a factor that you have not registered, such as an authenticator app.
error-stronger-factor-needed-help = Register a device on your account page, then try again. Or continue: the application will be told that you have no such factor.
error-not-found-title = There is no such page
error-not-found = The address may be mistyped or out of date.
error-not-found-help = Go back to the application and log in again.
error-too-many-requests-title = Too many requests
error-too-many-requests = More came from your network than one person would send.
error-too-many-requests-help = Please wait a minute and try again.
error-busy-title = Very many people are logging in right now
error-busy = We could not take your log-in this moment. Nothing is wrong with your account.
error-busy-help = Please try again in a few seconds.
error-server-error-title = Something went wrong on our side
error-server-error = Your log-in could not be completed. It is not your fault, and the error has been recorded.
error-server-error-help = Try again in a few minutes. If it happens again, give the helpdesk the reference below.
start-again = Start again
request-id = Reference
