//! Forms: the inbox of the exchange, and what a participant has filed.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::form::Form;
use countersign_core::directory::listing::{Position, SortKey};
use countersign_core::ids::FormId;
use countersign_core::to_millis;
use countersign_store::{Forms, StoreError};

use super::cursor::Kind;
use super::page::{Paged, one_more};
use crate::Services;

/// What the cursors of the listing are like.
#[must_use]
pub fn cursors() -> Kind {
    Kind { of: "forms".to_owned(), by_time: true }
}

/// At most `limit` forms in scope, in `state` or in any, newest first, after the given one.
pub async fn page(
    services: &Services,
    scope: &Scope,
    state: Option<&str>,
    after: Option<Position>,
    limit: u16,
) -> Result<Paged<Form>, StoreError> {
    let forms = Forms::on(services.store.read());
    let found = forms.list(scope, state, after.as_ref(), one_more(limit)).await?;
    let placed = found.into_iter().map(|form| {
        let key = SortKey::Millis(to_millis(form.filed_at));
        let at = Position { key, tie: form.id.as_str().to_owned() };
        (form, at)
    });
    Ok(Paged::of(placed.collect(), limit))
}

/// One form, if it is in scope.
pub async fn find(services: &Services, scope: &Scope, id: &FormId) -> Result<Option<Form>, StoreError> {
    Forms::on(services.store.read()).find(scope, id).await
}
