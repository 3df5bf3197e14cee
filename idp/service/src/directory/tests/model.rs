//! Random afternoons of two participants, beside a model that fits in the head: they never disagree about where a
//! request stands, what a profile says, and what is being waited for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use countersign_core::directory::actor::Scope;
use countersign_core::directory::change_request::Target;
use countersign_core::directory::status::ProfileStatus::{self, Disabled, Enabled, Suspended};
use countersign_core::{Entropy as _, Timestamp};
use countersign_store::{ChangeRequests, Directory};

use super::*;
use crate::directory::{DecideError, Decided, expire_overdue, reject, suspend, withdraw};
use crate::testing::SeededEntropy;
use crate::testing::town::{HERE, towns};

const STEPS: usize = 160;
const HOUSES: [&str; 2] = ["ABC", "DEF"];

/// What the model knows of somebody.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    surname: String,
    email: Option<String>,
    status: ProfileStatus,
    version: i64,
}

/// What somebody asks for.
#[derive(Clone, Debug)]
enum Wish {
    Create,
    Delete,
    Surname(String),
    Email(Option<String>),
    Status(ProfileStatus),
}

/// What the model knows of a request.
struct Asked {
    request: Request,
    house: usize,
    maker: String,
    user_id: String,
    wish: Wish,
    base: i64,
    expires_at: Timestamp,
    state: &'static str,
}

#[derive(Default)]
struct Model {
    people: BTreeMap<String, Known>,
    asked: Vec<Asked>,
}

/// Chance, the same at every run of one seed.
struct Dice(SeededEntropy);

impl Dice {
    fn roll(&self, sides: usize) -> usize {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes) as usize % sides
    }

    fn pick<'a, T>(&self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }
}

fn house_of(user_id: &str) -> usize {
    usize::from(user_id.starts_with("HKDEF"))
}

fn member(house: usize, end: &str) -> String {
    format!("HK{}{end}", HOUSES[house])
}

impl Wish {
    fn draft(&self, user_id: &str) -> Value {
        match self {
            Self::Create => json!({
                "kind": "create_profile", "user_id": user_id, "fields": { "surname": "NEW", "enable_from": null },
            }),
            Self::Delete => whole("delete_profile", user_id),
            Self::Surname(surname) => change(user_id, &json!({ "surname": surname })),
            Self::Email(email) => change(user_id, &json!({ "email": email })),
            Self::Status(status) => change(user_id, &json!({ "status": status.as_str() })),
        }
    }
}

impl Model {
    fn is_pending(&self, user_id: &str) -> bool {
        self.asked.iter().any(|asked| asked.user_id == user_id && asked.state == "pending")
    }

    fn is_usable(&self, user_id: &str) -> bool {
        self.people[user_id].status == Enabled
    }

    /// Whether somebody of the house may ask for that.
    fn may_ask(&self, maker: &str, user_id: &str, wish: &Wish) -> bool {
        let own = house_of(maker) == house_of(user_id);
        let signable = ["1Y1", "1Y2"].iter().any(|end| self.is_usable(&member(house_of(maker), end)));
        let fits = match (wish, self.people.get(user_id)) {
            (Wish::Create, there) => there.is_none(),
            (_, None) => false,
            (Wish::Delete, Some(_)) => true,
            (Wish::Surname(surname), Some(known)) => known.surname != *surname,
            (Wish::Email(email), Some(known)) => known.email != *email,
            (Wish::Status(status), Some(known)) => known.status != *status,
        };
        own && fits && !self.is_pending(user_id) && self.is_usable(maker) && signable
    }

    /// What is said to somebody who wants to approve or reject, if it is no.
    fn may_decide(&self, actor: &str, asked: &Asked, now: Timestamp) -> Option<&'static str> {
        if house_of(actor) != asked.house {
            Some("not found")
        } else if asked.state != "pending" || now >= asked.expires_at {
            Some("over")
        } else if !self.is_usable(&asked.maker) || !self.is_usable(actor) || !actor.contains("1Y") {
            Some("refused")
        } else {
            None
        }
    }

    fn apply(&mut self, number: usize) {
        let Asked { user_id, wish, base, .. } = &self.asked[number];
        let (user_id, wish, base) = (user_id.clone(), wish.clone(), *base);
        if self.people.get(&user_id).map_or(0, |known| known.version) != base {
            self.asked[number].state = "conflicted";
            return;
        }
        self.asked[number].state = "applied";
        match wish {
            Wish::Create => {
                let known = Known { surname: "NEW".into(), email: None, status: Enabled, version: 1 };
                self.people.insert(user_id, known);
            }
            Wish::Delete => {
                self.people.remove(&user_id);
            }
            wish => {
                let known = self.people.get_mut(&user_id).unwrap();
                known.version += 1;
                match wish {
                    Wish::Surname(surname) => known.surname = surname,
                    Wish::Email(email) => known.email = email,
                    Wish::Status(status) => known.status = status,
                    Wish::Create | Wish::Delete => {}
                }
            }
        }
    }
}

fn said(error: &DecideError) -> &'static str {
    match error {
        DecideError::NotFound => "not found",
        DecideError::Over(_) => "over",
        DecideError::Refused(_) => "refused",
        DecideError::NotTheMaker => "not the maker",
        _ => "something else",
    }
}

/// The town, the model, and what happened so far.
struct Afternoon {
    town: Town,
    model: Model,
    dice: Dice,
    users: Vec<String>,
    administrators: Vec<String>,
    log: Vec<String>,
}

impl Afternoon {
    async fn begin(town: Town, seed: u64) -> Self {
        let ends = |ends: &[&str]| -> Vec<String> {
            (0..2).flat_map(|house| ends.iter().map(move |end| member(house, end))).collect()
        };
        let users = ends(&["101", "102", "103", "170", "171"]);
        let administrators = ends(&["1X1", "1X2", "1Y1", "1Y2"]);
        let mut model = Model::default();
        for user_id in users.iter().chain(&administrators) {
            if let Some(record) = town.record(user_id).await {
                let known = Known {
                    surname: record.profile.surname,
                    email: record.profile.email,
                    status: record.status,
                    version: record.profile.version,
                };
                model.people.insert(user_id.clone(), known);
            }
        }
        let dice = Dice(SeededEntropy::new(seed));
        Self { town, model, dice, users, administrators, log: Vec::new() }
    }

    async fn step(&mut self) {
        match self.dice.roll(20) {
            0..=8 => self.ask().await,
            9..=12 => self.approve().await,
            13 => self.reject().await,
            14 => self.withdraw().await,
            15 => self.let_time_pass().await,
            16 | 17 => self.suspend().await,
            _ => self.restore().await,
        }
    }

    fn wish(&self) -> Wish {
        let names = ["LEE", "WONG", "NG"].map(str::to_owned);
        match self.dice.roll(10) {
            0 | 1 => Wish::Create,
            2 => Wish::Delete,
            3..=5 => Wish::Surname(self.dice.pick(&names).clone()),
            6 | 7 => Wish::Email(
                self.dice.pick(&[None, Some("a@abc.example".into()), Some("b@abc.example".into())]).clone(),
            ),
            8 => Wish::Status(Disabled),
            _ => Wish::Status(Enabled),
        }
    }

    async fn ask(&mut self) {
        let end = *self.dice.pick(&["1X1", "1X2"]);
        let maker = member(self.dice.roll(2), end);
        let mut user_id = self.dice.pick(&self.users).clone();
        if self.dice.roll(8) > 0 {
            user_id.replace_range(2..5, HOUSES[house_of(&maker)]);
        }
        let wish = self.wish();
        self.log.push(format!("{maker} asks for {user_id}: {wish:?}"));
        let expected = self.model.may_ask(&maker, &user_id, &wish);
        let actor = self.town.actor(&maker).await;
        let submitted = self.town.submit(&actor, wish.draft(&user_id)).await;
        assert_eq!(submitted.is_ok(), expected, "{submitted:?}\n{}", self.story());
        if let Ok(request) = submitted {
            let base = self.model.people.get(&user_id).map_or(0, |known| known.version);
            let days = self.town.services().policy.requests.days_to_sign;
            let expires_at = self.town.services().now() + TimeDelta::days(days.into());
            let house = house_of(&maker);
            self.model.asked.push(Asked {
                request,
                house,
                maker,
                user_id,
                wish,
                base,
                expires_at,
                state: "pending",
            });
        }
    }

    /// Somebody, and a request: one that waits, most of the time.
    fn pick(&mut self, what: &str) -> Option<(String, usize)> {
        let pending: Vec<_> = (0..self.model.asked.len())
            .filter(|number| self.model.asked[*number].state == "pending" || self.dice.roll(20) == 0)
            .collect();
        if pending.is_empty() {
            return None;
        }
        let number = *self.dice.pick(&pending);
        let house = if self.dice.roll(8) == 0 { self.dice.roll(2) } else { self.model.asked[number].house };
        let end = if self.dice.roll(4) == 0 {
            self.dice.pick(&["1X1", "1X2"])
        } else {
            self.dice.pick(&["1Y1", "1Y2"])
        };
        let actor = member(house, end);
        self.log.push(format!("{actor} {what} {number}"));
        Some((actor, number))
    }

    async fn approve(&mut self) {
        let Some((actor, number)) = self.pick("approves") else { return };
        let (now, asked) = (self.town.services().now(), &self.model.asked[number]);
        let expected = self.model.may_decide(&actor, asked, now);
        let decided = self.town.approve(&self.town.actor(&actor).await, &asked.request).await;
        assert_eq!(decided.as_ref().err().map(said), expected, "{}", self.story());
        if let Ok(decided) = decided {
            self.model.apply(number);
            let conflicted = matches!(decided, Decided::Conflicted(_));
            assert_eq!(conflicted, self.model.asked[number].state == "conflicted", "{}", self.story());
        }
    }

    async fn reject(&mut self) {
        let Some((actor, number)) = self.pick("rejects") else { return };
        let (now, asked) = (self.town.services().now(), &self.model.asked[number]);
        let expected = self.model.may_decide(&actor, asked, now);
        let actor = self.town.actor(&actor).await;
        let decided = reject(self.town.services(), &actor, &asked.request.id, "no", HERE, None).await;
        assert_eq!(decided.as_ref().err().map(said), expected, "{}", self.story());
        if decided.is_ok() {
            self.model.asked[number].state = "rejected";
        }
    }

    async fn withdraw(&mut self) {
        let Some((mut actor, number)) = self.pick("takes back") else { return };
        let asked = &self.model.asked[number];
        if self.dice.roll(3) > 0 {
            actor.clone_from(&asked.maker);
        }
        let late = self.town.services().now() >= asked.expires_at;
        let expected = if house_of(&actor) != asked.house {
            Some("not found")
        } else if actor != asked.maker {
            Some("not the maker")
        } else {
            (asked.state != "pending" || late).then_some("over")
        };
        let actor = self.town.actor(&actor).await;
        let decided = withdraw(self.town.services(), &actor, &asked.request.id, HERE, None).await;
        assert_eq!(decided.as_ref().err().map(said), expected, "{}", self.story());
        if decided.is_ok() {
            self.model.asked[number].state = "withdrawn";
        }
    }

    async fn let_time_pass(&mut self) {
        let days = i64::try_from(self.dice.roll(12)).unwrap();
        self.log.push(format!("{days} days pass"));
        self.town.node.clock.advance_seconds(days * 86_400);
        if self.dice.roll(2) == 0 {
            return;
        }
        let now = self.town.services().now();
        let mut expected = 0;
        for asked in &mut self.model.asked {
            if asked.state == "pending" && now >= asked.expires_at {
                asked.state = "expired";
                expected += 1;
            }
        }
        assert_eq!(expire_overdue(self.town.services()).await.unwrap(), expected, "{}", self.story());
    }

    async fn suspend(&mut self) {
        let actor = self.dice.pick(&self.administrators).clone();
        let whom = if self.dice.roll(4) == 0 { &self.administrators } else { &self.users };
        let mut user_id = self.dice.pick(whom).clone();
        // Most of the time somebody about whom a request waits.
        let pending: Vec<_> = self.model.asked.iter().filter(|asked| asked.state == "pending").collect();
        if !pending.is_empty() && self.dice.roll(2) == 0 {
            user_id.clone_from(&self.dice.pick(&pending).user_id);
        }
        self.log.push(format!("{actor} suspends {user_id}"));
        let there = self.model.people.get(&user_id).is_some_and(|known| known.status == Enabled);
        let expected = there && house_of(&actor) == house_of(&user_id);
        let tx = self.town.services().store.begin().await.unwrap();
        let by = self.town.actor(&actor).await;
        let done = suspend(self.town.services(), &tx, &by, &user_id, "why", HERE).await;
        assert_eq!(done.is_ok(), expected, "{done:?}\n{}", self.story());
        if done.is_ok() {
            tx.commit().await.unwrap();
            let known = self.model.people.get_mut(&user_id).unwrap();
            known.status = Suspended;
            known.version += 1;
        }
    }

    /// Somebody who was suspended is let back in, by people who are not of this model.
    async fn restore(&mut self) {
        for user_id in &self.administrators {
            let known = self.model.people.get_mut(user_id).unwrap();
            if known.status != Enabled {
                self.town.edit(user_id, |record| record.set_status(Enabled)).await;
                known.status = Enabled;
                known.version += 1;
            }
        }
        self.log.push("everyone is let back in".to_owned());
    }

    async fn compare(&self) {
        let (store, everything) = (&self.town.services().store, Scope::of_the_installation());
        let everybody: Vec<String> = self.users.iter().chain(&self.administrators).cloned().collect();
        let found = Directory::on(store.read()).find_all(&everything, &everybody).await.unwrap();
        let found: BTreeMap<_, _> = found
            .into_iter()
            .map(|(user_id, record)| {
                let (profile, status) = (record.profile, record.status);
                assert_eq!(profile.enabled, status == Enabled);
                let known = Known {
                    surname: profile.surname,
                    email: profile.email,
                    status,
                    version: profile.version,
                };
                (user_id, known)
            })
            .collect();
        assert_eq!(found, self.model.people, "{}", self.story());
        let requests = ChangeRequests::on(store.read());
        let targets: Vec<_> = everybody.iter().map(|user_id| Target::profile(user_id)).collect();
        let held: BTreeSet<_> =
            requests.held(&targets).await.unwrap().into_iter().map(|(target, _)| target.name).collect();
        let pending = self.model.asked.iter().filter(|asked| asked.state == "pending");
        let pending: BTreeSet<_> = pending.map(|asked| asked.user_id.clone()).collect();
        assert_eq!(held, pending, "{}", self.story());
        let filter = countersign_store::RequestFilter::default();
        let stored = requests.list(&everything, &filter, None, 10_000).await.unwrap();
        let stored: BTreeMap<_, _> = stored
            .into_iter()
            .filter_map(countersign_store::Listed::sound)
            .map(|request| (request.id.clone(), request.state.name()))
            .collect();
        let modelled: BTreeMap<_, _> =
            self.model.asked.iter().map(|asked| (asked.request.id.clone(), asked.state)).collect();
        assert_eq!(stored, modelled, "{}", self.story());
    }

    fn story(&self) -> String {
        format!("{}, the last of {} steps:\n{}", self.town.kind(), self.log.len(), self.log.join("\n"))
    }
}

#[tokio::test]
async fn random_afternoons_never_disagree_with_the_model() {
    let mut ended = BTreeSet::new();
    for seed in [1, 2, 3] {
        for town in towns().await {
            let mut afternoon = Afternoon::begin(town, seed).await;
            for _ in 0..STEPS {
                afternoon.step().await;
                afternoon.compare().await;
            }
            ended.extend(afternoon.model.asked.iter().map(|asked| asked.state));
        }
    }
    assert_eq!(ended.len(), 6, "it tried little: {ended:?}");
}
