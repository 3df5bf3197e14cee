# Problems of the management API: title, and what to do
problem-invalid-request-title = The request cannot be read
problem-invalid-request = The Authorization header must hold one bearer token.
problem-invalid-parameters-title = Some parameters cannot be used
problem-invalid-parameters = Correct the parameters named in the findings.
problem-invalid-token-title = A valid access token is needed
problem-invalid-token = Log in again, and send an access token for this interface.
problem-step-up-required-title = Please confirm that it is you
problem-step-up-required = This needs a fresh log-in with more than a code by email.
problem-insufficient-scope-title = The access token is not for the directory
problem-insufficient-scope = Ask for a token with the scope directory.
problem-forbidden-title = You may not do this
problem-forbidden = Your user ID does not hold the right that this needs.
problem-not-found-title = Not found
problem-not-found = There is nothing here that you can see.
problem-method-not-allowed-title = This cannot be done here
problem-method-not-allowed = The address exists, but not for this method.
problem-too-many-requests-title = Too many requests
problem-too-many-requests = Wait for the time that Retry-After says.
problem-internal-title = Something went wrong
problem-internal = It is our fault. Please try again later.

# What is wrong with a field
finding-unknown = This is not known here.
finding-repeated = This may be given only once.
finding-not-plain-text = This holds characters that cannot be used here.
finding-too-long = This is longer than { $most } characters.
finding-not-allowed = This is not one of the allowed values.
finding-out-of-range = This must be a number from { $least } to { $most }.
finding-not-an-instant = This must be a date and time such as 2026-11-23T00:00:00Z.
finding-foreign-cursor = This is not a cursor of this listing with this order.
