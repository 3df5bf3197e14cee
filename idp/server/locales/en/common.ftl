# Frame
own-page = Your account
cover-note = Secure log-in for clearing participants, their settlement agents and the systems around them.
languages-label = Language
title-error = Error

# Step context
context-login = Log in to { $application }
context-login-own = Log in to your account
context-step-up = Confirm that it is you, for { $application }
context-step-up-own = Confirm that it is you
context-reset = Forgot or reset password

# Buttons used on several pages
submit = Submit
continue = Continue
resend = Send a new code
close = Close
sign-out = Log out
show-password = Show
hide-password = Hide
user-id-label = User ID
back-to-login = Back to log-in

# Notice on personal data and unauthorised use; the configuration can replace it
notice = By logging in you confirm that the people whose personal data you handle in this service have agreed to its use for that purpose. This service is for authorised users only; unauthorised access or use is recorded and may lead to action.
