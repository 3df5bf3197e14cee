//! What a request makes is shown once, to one of the two who signed, and to nobody else.

use std::sync::Arc;

use countersign_core::readable_code::normalise;
use countersign_store::SecondFactors;

use super::*;
use crate::directory::{RevealError, reject, reveal};
use crate::login::enrolment_hash;
use crate::testing::town::{HERE, towns};

impl Town {
    pub(super) async fn seen(&self, reader: &str, request: &Request) -> Option<String> {
        match reveal(self.services(), &self.actor(reader).await, &request.id, HERE, None).await {
            Ok(secret) => Some(secret.expose().to_owned()),
            Err(RevealError::Nothing) => None,
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn one_of_the_two_who_signed_sees_the_code_once() {
    for town in towns().await {
        for reader in ["OPS001", "OPS002"] {
            let request = town.asked("OPS001", whole("issue_enrolment_code", "HKABC1X1")).await;
            assert_eq!(town.seen("OPS001", &request).await, None, "{}: before it is signed", town.kind());
            town.approve(&town.actor("OPS002").await, &request).await.unwrap();
            for stranger in ["OPS003", "HKABC1X1", "HKABC1Y1", "HKDEF1X1", "HKABC101"] {
                assert_eq!(town.seen(stranger, &request).await, None, "{} {stranger}", town.kind());
            }
            let code = town.seen(reader, &request).await.expect("a signatory sees it");
            for signatory in ["OPS001", "OPS002"] {
                assert_eq!(town.seen(signatory, &request).await, None, "{}: once", town.kind());
            }
            let services = town.services();
            let owner = town.record("HKABC1X1").await.unwrap().profile.id;
            let tx = services.store.begin().await.unwrap();
            let hash = SecondFactors::on(tx.connection()).try_code(&owner, 5, services.now()).await.unwrap();
            assert_eq!(hash, Some(enrolment_hash(services, &owner, &normalise(&code))), "it is the code");
            drop(tx);
            assert_eq!(
                town.steps(&request.id).await,
                ["request_approved", "request_submitted", "secret_shown"]
            );
            for record in town.trail(&request.id).await {
                assert!(!record.body.contains(&code) && !record.body.contains(&normalise(&code)));
            }
        }
    }
}

#[tokio::test]
async fn of_readers_at_once_one_sees_it() {
    for town in towns().await {
        let request = town.signed("OPS001", "OPS002", whole("issue_enrolment_code", "HKABC1X1")).await;
        let (one, other) = (town.actor("OPS001").await, town.actor("OPS002").await);
        let reading = [&one, &other].into_iter().cycle().take(8).map(|reader| {
            let (services, reader, id) =
                (Arc::clone(&town.node.services), reader.clone(), request.id.clone());
            tokio::spawn(async move { reveal(&services, &reader, &id, HERE, None).await.is_ok() })
        });
        let mut seen = 0;
        for read in reading.collect::<Vec<_>>() {
            seen += u32::from(read.await.unwrap());
        }
        assert_eq!(seen, 1, "{}", town.kind());
        let shown = town.steps(&request.id).await.iter().filter(|step| *step == "secret_shown").count();
        assert_eq!(shown, 1);
    }
}

#[tokio::test]
async fn a_request_that_was_refused_made_nothing_and_an_old_one_shows_nothing() {
    for town in towns().await {
        let request = town.asked("OPS001", whole("issue_enrolment_code", "HKABC1X1")).await;
        reject(town.services(), &town.actor("OPS002").await, &request.id, "no", HERE, None).await.unwrap();
        assert_eq!(town.seen("OPS001", &request).await, None);
        let request = town.signed("OPS001", "OPS002", whole("issue_enrolment_code", "HKABC1X1")).await;
        town.node.clock.advance_seconds(7 * 86_400);
        assert_eq!(town.seen("OPS001", &request).await, None, "{}", town.kind());
        let request = town.signed("OPS001", "OPS002", change("HKABC1X1", &json!({ "surname": "LEE" }))).await;
        assert_eq!(town.seen("OPS001", &request).await, None);
    }
}
