//! Why a request is not served: one closed list of problems, each with its name, its status and its texts.
//!
//! A handler says which; [`super::speak`] puts it in the caller's language (RFC 9457).

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_core::directory::service_hours::ClosedUntil;
use countersign_core::oauth::error::{ErrorCode, OAuthError};
use countersign_service::directory::reading::profiles::ReadError;

pub use super::fault::Fault;
use crate::http::oauth::machine::note;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:ident $text:literal),* $(,)?) => {
        /// A kind of problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$doc])* $name),*
        }

        impl Kind {
            /// Every kind; written by the same list as the kinds.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What its `type` ends with.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text),*
                }
            }

            /// The HTTP status.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status),*
                }
            }
        }
    };
}

kinds! {
    /// The bearer token or its header is malformed (RFC 6750 §3.1).
    InvalidRequest = BAD_REQUEST "invalid-request",
    /// Parameters of the query are unknown or wrong.
    InvalidParameters = BAD_REQUEST "invalid-parameters",
    /// The body is no JSON, or not of the form of its type.
    MalformedContent = BAD_REQUEST "malformed-content",
    /// What must not be done twice came without a key.
    IdempotencyKeyMissing = BAD_REQUEST "idempotency-key-missing",
    /// No token, or one that does not hold (RFC 6750 §3.1).
    InvalidToken = UNAUTHORIZED "invalid-token",
    /// More, or fresher, proof is needed (RFC 9470 §3).
    StepUpRequired = UNAUTHORIZED "step-up-required",
    /// The token is not for the directory (RFC 6750 §3.1).
    InsufficientScope = FORBIDDEN "insufficient-scope",
    /// The caller does not hold the right.
    Forbidden = FORBIDDEN "forbidden",
    /// The function keeps hours, and these are not its.
    Closed = FORBIDDEN "closed",
    /// Their signature would not suffice.
    MayNotSign = FORBIDDEN "may-not-sign",
    /// An approval code does not approve this.
    OnlyByQueue = FORBIDDEN "only-by-queue",
    /// Checker and approval code do not go together.
    CodeWrong = FORBIDDEN "code-wrong",
    /// There is no such thing, as far as the caller sees.
    NotFound = NOT_FOUND "not-found",
    /// There is, but not by this method.
    MethodNotAllowed = METHOD_NOT_ALLOWED "method-not-allowed",
    /// The same request is under way.
    IdempotencyKeyUnderWay = CONFLICT "idempotency-key-under-way",
    /// The request was decided before.
    RequestEnded = CONFLICT "request-ended",
    /// The form was decided before.
    FormDecided = CONFLICT "form-decided",
    /// What the request was about had changed: it is over, and nothing was applied.
    RequestConflicted = CONFLICT "request-conflicted",
    /// The request's record is not what was submitted.
    RequestTampered = CONFLICT "request-tampered",
    /// The profile is not enabled, so nothing can be taken away.
    NotEnabled = CONFLICT "not-enabled",
    /// It was changed since the caller saw it.
    PreconditionFailed = PRECONDITION_FAILED "precondition-failed",
    /// The body is longer than any that makes sense.
    ContentTooLarge = PAYLOAD_TOO_LARGE "content-too-large",
    /// The body is not JSON.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE "unsupported-media-type",
    /// Something else was asked under this key.
    IdempotencyKeyReused = UNPROCESSABLE_ENTITY "idempotency-key-reused",
    /// The body is of the right form, and holds what cannot be.
    InvalidContent = UNPROCESSABLE_ENTITY "invalid-content",
    /// A change must say what it was built on.
    PreconditionRequired = PRECONDITION_REQUIRED "precondition-required",
    /// The caller takes too much.
    TooManyRequests = TOO_MANY_REQUESTS "too-many-requests",
    /// Our fault.
    Internal = INTERNAL_SERVER_ERROR "internal",
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Flaw {
    /// Which field or parameter.
    pub field: String,
    /// What is wrong.
    pub fault: Fault,
}

/// A request that is not served. Without [`super::speak`] around it, it has no body.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What kind of problem.
    pub kind: Kind,
    /// What is wrong with which field.
    pub flaws: Vec<Flaw>,
    /// Headers beside the body.
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    /// A problem that needs no more words.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self { kind, flaws: Vec::new(), headers: Vec::new() }
    }

    /// A problem with fields.
    #[must_use]
    pub fn of(kind: Kind, flaws: Vec<Flaw>) -> Self {
        Self { flaws, ..Self::new(kind) }
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        // What does not fit into a header was never ours to send.
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// Our fault; the log alone is told why.
    #[must_use]
    pub fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a management request failed");
        Self::new(Kind::Internal)
    }

    /// The function is closed; until when, where the calendar says.
    #[must_use]
    pub fn closed(ClosedUntil(until): ClosedUntil) -> Self {
        Self::of(Kind::Closed, vec![Flaw { field: "time".to_owned(), fault: Fault::Closed(until) }])
    }

    /// Nobody has said who they are (RFC 6750 §3.1: no error code for who did not try).
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(Kind::InvalidToken)
            .with(header::WWW_AUTHENTICATE, "Bearer realm=\"countersign\", scope=\"directory\"")
    }

    /// More, or fresher, proof is needed (RFC 9470 §3).
    #[must_use]
    pub fn step_up(acr: &str, max_age: u32) -> Self {
        let challenge = format!(
            "Bearer realm=\"countersign\", error=\"insufficient_user_authentication\", \
             error_description=\"A fresh and stronger authentication is needed.\", acr_values=\"{acr}\", \
             max_age=\"{max_age}\""
        );
        Self::new(Kind::StepUpRequired).with(header::WWW_AUTHENTICATE, &challenge)
    }
}

impl From<ClosedUntil> for Refusal {
    fn from(closed: ClosedUntil) -> Self {
        Self::closed(closed)
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        Self::internal(&error)
    }
}

/// RFC 6750 §3.
impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        note(&error);
        let kind = match error.code() {
            ErrorCode::InvalidToken => Kind::InvalidToken,
            ErrorCode::InsufficientScope => Kind::InsufficientScope,
            ErrorCode::InvalidRequest => Kind::InvalidRequest,
            _ => return Self::new(Kind::Internal),
        };
        // The description holds no quotes and no backslashes: OAuthError keeps them out.
        let challenge = format!(
            "Bearer realm=\"countersign\", error=\"{}\", error_description=\"{}\", scope=\"directory\"",
            error.code(),
            error.description()
        );
        Self::new(kind).with(header::WWW_AUTHENTICATE, &challenge)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.headers_mut().extend(self.headers.clone());
        response.extensions_mut().insert(self);
        response
    }
}
