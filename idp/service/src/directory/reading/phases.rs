//! Where the houses stand in the migration, the lines of a dry run, and the report of the job at the end.

use countersign_core::directory::actor::Scope;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::listing::{Position, SortKey};
use countersign_core::directory::migration::{
    Finding, FrozenLine, HouseStand, ListHash, Outcome, ReportLine,
};
use countersign_store::{EndRun, EndRuns, FrozenLists, Participants, Phases, StoreError};

use super::cursor::Kind;
use super::page::{Paged, one_more};
use crate::Services;
use crate::directory::migration::HOUSES;

/// Where a house stands, and how far the job at the end is, if there is one.
#[derive(Clone, Debug)]
pub struct House {
    /// Where it stands.
    pub stand: HouseStand,
    /// How far the job is.
    pub run: Option<EndRun>,
}

/// What the cursors of lines are like: they stand in the order of their numbers.
#[must_use]
pub fn cursors(of: &str) -> Kind {
    Kind { of: of.to_owned(), by_time: true }
}

/// The houses that `scope` may look at: all, or that of its participant.
pub async fn houses(services: &Services, scope: &Scope) -> Result<Vec<ClearingHouse>, StoreError> {
    let own = match scope.participant() {
        None => return Ok(HOUSES.to_vec()),
        Some(own) => Participants::on(services.store.read()).get(own).await?,
    };
    Ok(own.map(|own| own.clearing_house).into_iter().filter(|house| HOUSES.contains(house)).collect())
}

/// Where each house in scope stands.
pub async fn stands(services: &Services, scope: &Scope) -> Result<Vec<House>, StoreError> {
    let mut stands = Vec::new();
    for house in houses(services, scope).await? {
        let stand = Phases::on(services.store.read()).stand(house).await?;
        let run = EndRuns::on(services.store.read()).find(house).await?;
        stands.push(House { stand, run });
    }
    Ok(stands)
}

/// Whether there is such a list of such a house, as far as `scope` sees.
pub async fn has_list(
    services: &Services,
    scope: &Scope,
    house: ClearingHouse,
    list: &ListHash,
) -> Result<bool, StoreError> {
    let seen = houses(services, scope).await?.contains(&house);
    Ok(seen && FrozenLists::on(services.store.read()).find(house, list).await?.is_some())
}

/// At most `limit` lines of a list in scope, after the given one.
pub async fn lines(
    services: &Services,
    scope: &Scope,
    list: &ListHash,
    finding: Option<Finding>,
    after: Option<&Position>,
    limit: u16,
) -> Result<Paged<FrozenLine>, StoreError> {
    let lists = FrozenLists::on(services.store.read());
    let found = lists.lines(scope, list, finding.as_slice(), number(after), one_more(limit)).await?;
    Ok(Paged::of(found.into_iter().map(placed).collect(), limit))
}

/// At most `limit` lines of the report of a house in scope, after the given one.
pub async fn report(
    services: &Services,
    scope: &Scope,
    house: ClearingHouse,
    outcome: Option<Outcome>,
    after: Option<&Position>,
    limit: u16,
) -> Result<Paged<ReportLine>, StoreError> {
    let runs = EndRuns::on(services.store.read());
    let found = runs.report(scope, house, outcome, number(after), one_more(limit)).await?;
    Ok(Paged::of(found.into_iter().map(placed).collect(), limit))
}

fn number(after: Option<&Position>) -> Option<i64> {
    match after?.key {
        SortKey::Millis(number) => Some(number),
        SortKey::Text(_) => None,
    }
}

fn placed<T>((number, line): (i64, T)) -> (T, Position) {
    (line, Position { key: SortKey::Millis(number), tie: String::new() })
}
