use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, TimeDelta};
use countersign_core::hong_kong_day;
use countersign_core::mail::News;

use super::super::remind;
use super::*;
use crate::outbox::{self, Outcome};
use crate::testing::town::towns;

const DAY: i64 = 24 * 60 * 60;

impl Town {
    fn today(&self) -> NaiveDate {
        hong_kong_day(self.services().now())
    }

    /// Sets the day on which a phase is meant to begin.
    async fn scheduled(&self, phase: Phase, day: NaiveDate) {
        let tx = self.services().store.begin().await.unwrap();
        let (version, now) = (self.stand().await.version, self.services().now());
        assert!(Phases::on(tx.connection()).schedule(HOUSE, version, phase, Some(day), now).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// Who was reminded since the last time, by mailbox, and of what.
    async fn reminded(&self) -> BTreeMap<String, News> {
        remind(self.services()).await.unwrap();
        let mut reminded = BTreeMap::new();
        let claimed = outbox::claim(self.services(), 1_000, TimeDelta::minutes(1)).await.unwrap();
        for mail in claimed {
            outbox::settle(self.services(), &[(mail.id, Outcome::Delivered)]).await.unwrap();
            assert!(reminded.insert(mail.to.unwrap(), mail.mail.news).is_none(), "twice");
        }
        reminded
    }
}

#[tokio::test]
async fn makers_and_checkers_are_told_who_is_not_ready() {
    for town in towns().await {
        for number in 0..12 {
            town.node.add_member(&town.abc, &format!("HKABC7{number:02}"), unregistered).await;
        }
        town.scheduled(Phase::Complete, town.today() + Days::new(20)).await;
        let reminded = town.reminded().await;
        let of =
            |own: &str| ["1x1", "1x2", "1y1", "1y2"].map(|end| format!("hk{own}{end}@participant.example"));
        let expected: Vec<String> = of("abc").into_iter().chain(of("def")).collect();
        assert_eq!(reminded.keys().cloned().collect::<Vec<_>>(), expected, "{}", town.kind());
        let News::PhaseAhead { participant, phase, days_left, no_email, no_password, .. } =
            &reminded["hkabc1x1@participant.example"]
        else {
            panic!("{reminded:?}")
        };
        assert_eq!((participant.as_str(), *phase, *days_left), ("ABC", Phase::Complete, 20));
        assert_eq!((no_email.count, no_email.first.len(), no_email.first[0].as_str()), (12, 10, "HKABC700"));
        assert_eq!(no_password.count, 9, "nobody in town has a password");
    }
}

#[tokio::test]
async fn once_a_week_and_once_a_day_in_the_last_whatever_the_number_of_nodes() {
    for town in towns().await {
        town.scheduled(Phase::Complete, town.today() + Days::new(14)).await;
        let nodes = [another(&town, 81).await, another(&town, 82).await, Arc::clone(&town.node.services)];
        let racing = nodes.map(|node| tokio::spawn(async move { remind(&node).await }));
        for race in racing {
            race.await.unwrap().ok();
        }
        assert_eq!(town.reminded().await.len(), 8, "{}: each once", town.kind());
        let mut mails = Vec::new();
        for _ in 0..15 {
            town.node.clock.advance_seconds(DAY);
            mails.push(town.reminded().await.len());
        }
        // The week that has begun, then the last one day by day, and nothing after the day.
        let expected = [0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8, 8, 8, 0];
        assert_eq!(mails, expected, "{}", town.kind());
    }
}

#[tokio::test]
async fn nobody_is_told_at_night_or_without_a_date_or_too_early() {
    for town in towns().await {
        assert!(town.reminded().await.is_empty(), "{}: no date", town.kind());
        town.scheduled(Phase::Complete, town.today() + Days::new(57)).await;
        assert!(town.reminded().await.is_empty(), "nine weeks before");
        town.node.clock.advance_seconds(DAY - 1);
        assert!(town.reminded().await.is_empty(), "before eight in the morning");
        town.node.clock.advance_seconds(1);
        assert_eq!(town.reminded().await.len(), 8);
    }
}

#[tokio::test]
async fn before_the_parallel_run_a_missing_password_is_nobodys_fault() {
    for town in towns().await {
        assert!(town.moved(Phase::PreParallel, None).await);
        town.scheduled(Phase::ParallelRun, town.today() + Days::new(3)).await;
        assert!(town.reminded().await.is_empty(), "{}: everyone has an email address", town.kind());
        town.node.add_member(&town.def, "HKDEF700", unregistered).await;
        town.node.clock.advance_seconds(DAY);
        let reminded = town.reminded().await;
        assert_eq!(reminded.len(), 4);
        let Some(News::PhaseAhead { no_password, .. }) = reminded.get("hkdef1x1@participant.example") else {
            panic!("{reminded:?}")
        };
        assert_eq!(no_password.count, 0);
    }
}
