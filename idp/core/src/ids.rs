//! Identifiers of the house's own records: random, opaque, never derived from what they name.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Entropy, EntropyExt};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A fresh identifier of 128 random bits, in hexadecimal.
            #[must_use]
            pub fn generate(entropy: &dyn Entropy) -> Self {
                Self(hex::encode(entropy.bytes::<16>()))
            }

            /// An identifier read from the database or from a sealed value.
            #[must_use]
            pub fn from_stored(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The stored form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A user profile; also its `sub` where the client does not ask for a pairwise one.
    ProfileId
);
id!(
    /// A participant, or the settlement agent it appointed.
    ParticipantKey
);
id!(
    /// A form that a participant filed.
    FormId
);
id!(
    /// A session at the issuer: the `sid` of ID tokens and logout tokens.
    SessionId
);
id!(
    /// What one authorization granted: the family of its code, refresh tokens and access tokens.
    GrantId
);
id!(
    /// One run of the login journey, from `/authorize` to its answer.
    InteractionId
);
id!(
    /// A one-time password that was sent.
    ChallengeId
);
id!(
    /// A message waiting to be delivered.
    DeliveryId
);
id!(
    /// A change request.
    RequestId
);
id!(
    /// A record of the audit trail.
    AuditId
);
