//! The migration: where the houses stand, dry runs and their lines, and the report of the job at the end.

pub(super) mod dry_run;
mod lines;
pub(super) mod list;
pub(super) mod report;
mod words;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use countersign_core::directory::actor::Scope;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_service::Services;
use countersign_service::directory::reading::phases;

use super::refusal::{Kind, Refusal};

/// What the address names, as far as it can be a name at all.
type Named<T> = Result<Path<T>, PathRejection>;

/// The house of that name, if `scope` may look at it.
async fn house(services: &Services, scope: &Scope, name: &str) -> Result<ClearingHouse, Refusal> {
    let house: ClearingHouse = name.parse().map_err(|_| Refusal::new(Kind::NotFound))?;
    let seen = phases::houses(services, scope).await?;
    if seen.contains(&house) { Ok(house) } else { Err(Refusal::new(Kind::NotFound)) }
}

fn name<T>(named: Named<T>) -> Result<T, Refusal> {
    named.map(|Path(name)| name).map_err(|_| Refusal::new(Kind::NotFound))
}
