//! OpenID Connect Back-Channel Logout 1.0, end to end with the demo's own applications.
