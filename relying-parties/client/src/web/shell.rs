//! What surrounds every page: the bar with the application's name and, once logged in, the person's.

use super::time;
use crate::{Application, LiveSession, RelyingParty};

/// The surroundings of a page, for the template `layout.html`.
pub struct Shell {
    /// The application's own facts.
    pub application: Application,
    /// Who is logged in.
    pub person: Option<Person>,
    /// The time at which the page was made.
    pub now: String,
}

/// Somebody logged in, as the bar shows them.
pub struct Person {
    /// User ID.
    pub user_id: String,
    /// Name in full, where the issuer tells it.
    pub name: Option<String>,
    /// Participant, where there is one.
    pub participant: Option<String>,
    /// The access before this one, in words.
    pub last_access: Option<String>,
    /// For the logout form.
    pub csrf: String,
}

impl Shell {
    /// The surroundings of a page for `session`, or for nobody.
    #[must_use]
    pub fn new(party: &RelyingParty, session: Option<&LiveSession>) -> Self {
        Self {
            application: *party.application(),
            person: session.map(Person::of),
            now: time::date_time(party.now()),
        }
    }
}

impl Person {
    fn of(session: &LiveSession) -> Self {
        let claims = session.claims();
        let text = |name| claims.text(name).map(str::to_owned);
        Self {
            user_id: claims.user_id().to_owned(),
            name: text("name"),
            participant: text("participant"),
            last_access: claims.last_login().as_ref().map(time::last_access),
            csrf: session.csrf().to_owned(),
        }
    }
}
