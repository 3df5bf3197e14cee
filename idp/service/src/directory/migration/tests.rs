//! The migration, on every kind of database: the frozen list, the moves, the job at the end killed and doubled, reminders.

mod dry_run;
mod end_run;
mod measure;
mod moving;
mod reminders;
mod requests;

use std::sync::Arc;

use countersign_core::audit::Action;
use countersign_core::directory::actor::Scope;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::migration::{
    FrozenLine, HouseStand, ListHash, Outcome, PendingMove, ReportLine,
};
use countersign_core::directory::phase::Phase;
use countersign_core::directory::profile::Profile;
use countersign_core::ids::RequestId;
use countersign_store::{Audit, AuditFilter, EndRun, EndRuns, FrozenLists, Phases};

use super::end_run::Progress;
use super::{Moving, carry_out, end_runs, make};
use crate::Services;
use crate::testing::town::Town;

const HOUSE: ClearingHouse = ClearingHouse::Hkcc;

/// Has no email address.
fn unregistered(profile: &mut Profile) {
    profile.email = None;
}

impl Town {
    /// The dry run of HKCC, and its lines.
    async fn dry_run(&self) -> (ListHash, Vec<FrozenLine>) {
        let operator = self.actor("OPS001").await;
        let head = make(self.services(), &operator, HOUSE).await.unwrap();
        let lists = FrozenLists::on(self.services().store.read());
        let lines =
            lists.lines(&Scope::of_the_installation(), &head.hash, &[], None, 1_000_000).await.unwrap();
        (head.hash, lines.into_iter().map(|(_, line)| line).collect())
    }

    /// How many records there are of that action.
    async fn records_of(&self, action: Action) -> usize {
        let filter = AuditFilter { action: Some(action), ..AuditFilter::default() };
        let audit = Audit::on(self.services().store.read());
        audit.search(&Scope::of_the_installation(), &filter, None, 1_000).await.unwrap().len()
    }

    async fn stand(&self) -> HouseStand {
        Phases::on(self.services().store.read()).stand(HOUSE).await.unwrap()
    }

    /// Moves HKCC at once, as an approved request does; says whether it did.
    async fn moved(&self, to: Phase, list: Option<&ListHash>) -> bool {
        let tx = self.services().store.begin().await.unwrap();
        let stand = Phases::on(tx.connection()).stand(HOUSE).await.unwrap();
        let request = RequestId::from_stored("request");
        let moving = Moving { to, dry_run: list, request: &request };
        let moved = carry_out(self.services(), &tx, &stand, &moving).await.unwrap();
        if moved {
            tx.commit().await.unwrap();
        }
        moved
    }

    /// Writes down a move for later.
    async fn planned(&self, to: Phase, seconds: i64, list: Option<&ListHash>) {
        let now = self.services().now();
        let pending = PendingMove {
            to,
            at: now + chrono::TimeDelta::seconds(seconds),
            dry_run: list.cloned(),
            request: RequestId::from_stored("request"),
        };
        let tx = self.services().store.begin().await.unwrap();
        let version = self.stand().await.version;
        assert!(Phases::on(tx.connection()).plan(HOUSE, version, Some(&pending), now).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn run(&self) -> Option<EndRun> {
        EndRuns::on(self.services().store.read()).find(HOUSE).await.unwrap()
    }

    async fn report(&self) -> Vec<ReportLine> {
        let runs = EndRuns::on(self.services().store.read());
        let lines = runs.report(&Scope::of_the_installation(), HOUSE, None, None, 10_000).await.unwrap();
        lines.into_iter().map(|(_, line)| line).collect()
    }

    /// The report but for cards, as user ID and outcome.
    async fn fates(&self) -> Vec<(String, Outcome)> {
        let report = self.report().await;
        let people = report.into_iter().filter(|line| line.outcome != Outcome::CardCleared);
        let mut fates: Vec<_> = people.map(|line| (line.user_id, line.outcome)).collect();
        fates.sort_by(|one, other| one.0.cmp(&other.0));
        fates
    }
}

/// Lets the job go on until there is nothing to do.
async fn work(services: &Services) {
    while end_runs(services).await.unwrap() == Progress::More {}
}

fn fates(lines: &[(&str, Outcome)]) -> Vec<(String, Outcome)> {
    lines.iter().map(|(user_id, outcome)| ((*user_id).to_owned(), *outcome)).collect()
}

/// The same database as another node sees it.
async fn another(town: &Town, seed: u64) -> Arc<Services> {
    Arc::new(crate::testing::further_node(&town.node, seed).await)
}
