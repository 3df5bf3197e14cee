//! Somebody has the database, and nothing else: whatever they do is found, and named.

use countersign_core::audit::{ChainHash, CheckpointKey, Finding};
use countersign_store::Audit;

use super::support::{findings, findings_beside, left, sealer, write_and_seal};
use crate::audit::{Stretch, Turn, mark_published, public_keys, unpublished, verify_stretch};
use crate::testing::{TestNode, nodes};

/// Twelve records, with checkpoints at 4, 8 and 12.
struct Trail {
    node: TestNode,
    /// What left the machine.
    file: String,
    /// The key as it was kept elsewhere.
    keys: Vec<CheckpointKey>,
}

const TABLES: [&str; 4] = ["audit_records", "audit_checkpoints", "audit_sealer", "audit_keys"];

impl Trail {
    async fn lay() -> Vec<Self> {
        let mut trails = Vec::new();
        for node in nodes().await {
            let sealer = sealer(&node.services);
            for _ in 0..3 {
                write_and_seal(&node.services, &sealer, 4).await;
                node.clock.advance_seconds(1);
            }
            let file = left(&node.services).await;
            let keys = public_keys(&node.services).await.unwrap();
            let trail = Self { node, file, keys };
            assert_eq!(trail.findings().await, []);
            for table in TABLES {
                trail.do_it(&[&format!("CREATE TABLE {table}_kept AS SELECT * FROM {table}")]).await;
            }
            trails.push(trail);
        }
        trails
    }

    async fn do_it(&self, statements: &[&str]) {
        for statement in statements {
            self.node.database.tamper(statement).await;
        }
    }

    async fn findings(&self) -> Vec<Finding> {
        findings_beside(&self.node.services, &self.file, &self.keys).await
    }

    /// What is found after `statements`, which are then taken back.
    async fn found_after(&self, statements: &[&str]) -> Vec<Finding> {
        self.do_it(statements).await;
        let found = self.findings().await;
        for table in TABLES {
            self.do_it(&[
                &format!("DELETE FROM {table}"),
                &format!("INSERT INTO {table} SELECT * FROM {table}_kept"),
            ])
            .await;
        }
        assert_eq!(self.findings().await, [], "taken back");
        found
    }

    async fn id_at(&self, seq: i64) -> String {
        let before = Audit::on(self.node.services.store.read()).sealed(Some(seq - 1), 1).await.unwrap();
        before[0].record.id.clone()
    }
}

#[tokio::test]
async fn an_edit_of_any_column_is_found_where_it_is() {
    let columns = [
        "action",
        "outcome",
        "actor_kind",
        "actor_id",
        "actor_name",
        "actor_participant",
        "subject_kind",
        "subject_id",
        "subject_name",
        "request_id",
        "checker_id",
        "checker_name",
        "source",
        "body",
        "mac",
    ];
    for trail in Trail::lay().await {
        let id = trail.id_at(6).await;
        let edited = [Finding::Edited { seq: 6, id: id.clone() }];
        for column in columns {
            let found =
                trail.found_after(&[&format!("UPDATE audit_records SET {column} = 'x' WHERE seq = 6")]).await;
            assert_eq!(found, edited, "{column}");
        }
        let found = trail.found_after(&["UPDATE audit_records SET at = at - 1 WHERE seq = 6"]).await;
        assert_eq!(found, edited);
        let found = trail.found_after(&["UPDATE audit_records SET source = NULL WHERE seq = 6"]).await;
        assert_eq!(found, edited);
        let found = trail.found_after(&["UPDATE audit_records SET id = 'x' WHERE seq = 6"]).await;
        assert_eq!(found, [Finding::Edited { seq: 6, id: "x".to_owned() }]);
        let found = trail.found_after(&["UPDATE audit_records SET participant_id = 'x' WHERE seq = 6"]).await;
        assert_eq!(found, [Finding::Moved { seq: 6, id: id.clone() }]);
        for link in ["NULL", "'x'", "'00'"] {
            let edit = format!("UPDATE audit_records SET chain = {link} WHERE seq = 6");
            assert_eq!(trail.found_after(&[&edit]).await[0], Finding::Moved { seq: 6, id: id.clone() });
        }
    }
}

#[tokio::test]
async fn what_was_removed_is_named() {
    for trail in Trail::lay().await {
        let found = trail.found_after(&["DELETE FROM audit_records WHERE seq = 6"]).await;
        assert_eq!(found, [Finding::Missing { from: 6, to: 6 }]);
        let found = trail.found_after(&["DELETE FROM audit_records WHERE seq BETWEEN 1 AND 3"]).await;
        assert_eq!(found, [Finding::Missing { from: 1, to: 3 }]);
        // With the places of the rest closed up behind it.
        let id = trail.id_at(7).await;
        let close = [
            "DELETE FROM audit_records WHERE seq = 6",
            "UPDATE audit_records SET seq = -seq WHERE seq > 6",
            "UPDATE audit_records SET seq = -seq - 1 WHERE seq < 0",
        ];
        assert_eq!(trail.found_after(&close).await[0], Finding::Moved { seq: 6, id });
        let found = trail.found_after(&["UPDATE audit_records SET seq = NULL WHERE seq = 6"]).await;
        assert_eq!(found[0], Finding::Missing { from: 6, to: 6 });
    }
}

#[tokio::test]
async fn what_was_cut_off_is_found() {
    for trail in Trail::lay().await {
        let found = trail.found_after(&["DELETE FROM audit_records WHERE seq > 10"]).await;
        let truncated = |finding: &Finding| matches!(finding, Finding::Truncated { last: 10, until: 12, .. });
        assert!(found.iter().all(truncated) && found.len() == 3, "{found:?}");
        // Whoever cuts off the checkpoints and the note as well leaves a trail that is whole in itself…
        let link = Audit::on(trail.node.services.store.read()).link_at(10).await.unwrap().unwrap();
        let note = format!("UPDATE audit_sealer SET seq = 10, chain = '{link}'");
        let cut = [
            "DELETE FROM audit_records WHERE seq > 10",
            "DELETE FROM audit_checkpoints WHERE seq > 10",
            &note,
        ];
        trail.do_it(&cut).await;
        assert_eq!(findings(&trail.node.services).await, []);
        // …but not beside what left the machine.
        let found = trail.findings().await;
        assert!(truncated(&found[0]), "{found:?}");
        assert_eq!(found[1], Finding::CheckpointsMissing { from: 3, to: 3 });
    }
}

#[tokio::test]
async fn what_was_cut_off_is_found_even_after_the_trail_has_grown_on() {
    for trail in Trail::lay().await {
        let link = Audit::on(trail.node.services.store.read()).link_at(10).await.unwrap().unwrap();
        trail
            .do_it(&[
                "DELETE FROM audit_records WHERE seq > 10",
                "DELETE FROM audit_checkpoints WHERE seq > 10",
                &format!("UPDATE audit_sealer SET seq = 10, chain = '{link}'"),
            ])
            .await;
        trail.node.clock.advance_seconds(60);
        write_and_seal(&trail.node.services, &sealer(&trail.node.services), 4).await;
        let found = trail.findings().await;
        assert!(matches!(found[0], Finding::Rewritten { after: 8, seq: 12, number: 3, .. }), "{found:?}");
    }
}

#[tokio::test]
async fn what_was_inserted_is_found_before_and_after_it_is_sealed() {
    for trail in Trail::lay().await {
        let copy = "INSERT INTO audit_records (id, at, action, outcome, actor_kind, body, mac)
            SELECT 'forged', at, action, outcome, actor_kind, body, mac FROM audit_records WHERE seq = 6";
        trail.do_it(&[copy]).await;
        let found = trail.findings().await;
        assert_eq!(found, [Finding::UnsealedForged { id: "forged".to_owned() }]);
        trail.node.clock.advance_seconds(60);
        let sealer = sealer(&trail.node.services);
        assert_eq!(sealer.turn(&trail.node.services).await.unwrap(), Turn::Sealed(1));
        assert_eq!(trail.findings().await, [Finding::Inserted { seq: 13, id: "forged".to_owned() }]);
    }
}

#[tokio::test]
async fn what_changed_places_is_found() {
    for trail in Trail::lay().await {
        let (id, other) = (trail.id_at(6).await, trail.id_at(7).await);
        let swap = [
            "UPDATE audit_records SET seq = -6 WHERE seq = 6",
            "UPDATE audit_records SET seq = 6 WHERE seq = 7",
            "UPDATE audit_records SET seq = 7 WHERE seq = -6",
        ];
        let found = trail.found_after(&swap).await;
        assert_eq!(found[0], Finding::Moved { seq: 6, id: other });
        assert_eq!(found[1], Finding::Moved { seq: 7, id });
        let found = trail.found_after(&["UPDATE audit_records SET seq = 0 WHERE seq = 6"]).await;
        assert!(matches!(found[0], Finding::OutOfPlace { seq: 0, .. }), "{found:?}");
        let found = trail.found_after(&["UPDATE audit_records SET seq = 13 WHERE seq = 6"]).await;
        assert_eq!(found[0], Finding::Missing { from: 6, to: 6 });
    }
}

#[tokio::test]
async fn a_chain_computed_anew_differs_from_what_was_signed() {
    for trail in Trail::lay().await {
        // The one column that the writer does not prove.
        trail.do_it(&["UPDATE audit_records SET participant_id = 'x' WHERE seq = 6"]).await;
        let records = Audit::on(trail.node.services.store.read()).sealed(None, 100).await.unwrap();
        let mut link = ChainHash::START;
        for sealed in &records {
            link = link.then(sealed.seq, &sealed.record);
            let relink = format!("UPDATE audit_records SET chain = '{link}' WHERE seq = {}", sealed.seq);
            trail.do_it(&[&relink, &format!("UPDATE audit_sealer SET chain = '{link}'")]).await;
        }
        for (seq, number) in [(8, 2), (12, 3)] {
            let rewritten = Finding::Rewritten { after: 4, seq, number, origin: "the database".to_owned() };
            assert!(findings(&trail.node.services).await.contains(&rewritten));
        }
        // Even where the checkpoints went as well.
        trail.do_it(&["DELETE FROM audit_checkpoints"]).await;
        let found = trail.findings().await;
        assert!(matches!(found[0], Finding::Rewritten { after: 4, seq: 8, number: 2, .. }), "{found:?}");
    }
}

#[tokio::test]
async fn checkpoints_are_proved_too() {
    for trail in Trail::lay().await {
        let found = trail.found_after(&["DELETE FROM audit_checkpoints WHERE number = 2"]).await;
        assert_eq!(found, [Finding::CheckpointsMissing { from: 2, to: 2 }]);
        let found = trail.found_after(&["DELETE FROM audit_checkpoints WHERE number = 3"]).await;
        assert_eq!(found, [Finding::CheckpointsMissing { from: 3, to: 3 }]);
        for edit in ["signature = 'AAAA'", "at = at + 1", "chain = 'x'", "kid = 'x'", "seq = 7"] {
            let edit = format!("UPDATE audit_checkpoints SET {edit} WHERE number = 2");
            let forged = Finding::CheckpointForged { number: 2, origin: "the database".to_owned() };
            assert_eq!(trail.found_after(&[&edit]).await, [forged], "{edit}");
        }
        // Another key in the database signs nothing that holds where the right one was kept.
        let mine = CheckpointKey::new(&[9; 32]);
        let swap = format!("UPDATE audit_keys SET public_key = '{}'", mine.jwk());
        assert_eq!(trail.found_after(&[&swap]).await, [], "the kept key is the one that counts");
        trail.do_it(&[&swap]).await;
        assert!(matches!(findings(&trail.node.services).await[0], Finding::CheckpointForged { .. }));
    }
}

#[tokio::test]
async fn a_note_that_was_edited_is_found() {
    for trail in Trail::lay().await {
        let found = trail.found_after(&["UPDATE audit_sealer SET seq = 11"]).await;
        assert_eq!(found, [Finding::EndDiffers { noted: 11, last: 12 }]);
        let found = trail.found_after(&["UPDATE audit_sealer SET chain = 'x'"]).await;
        assert_eq!(found, [Finding::EndDiffers { noted: 12, last: 12 }]);
    }
}

#[tokio::test]
async fn what_left_the_machine_may_repeat_itself_and_be_torn() {
    for trail in Trail::lay().await {
        let lines: Vec<&str> = trail.file.lines().collect();
        let syslog = format!("<109>1 2026-11-25T00:00:00Z host countersign 1 - - {}", lines[2]);
        let torn = &lines[1][..20];
        let disorder = [lines[0], lines[1], lines[1], torn, lines[0], "", &syslog].join("\n");
        let found = findings_beside(&trail.node.services, &disorder, &trail.keys).await;
        assert_eq!(found, [], "{}", trail.node.database.kind);
        // Published once is enough.
        let services = &trail.node.services;
        let waiting = unpublished(services, 2).await.unwrap();
        mark_published(services, &waiting).await.unwrap();
        assert_eq!(unpublished(services, 10).await.unwrap().len(), 1);
    }
}

impl Trail {
    /// What stretches of `most` records say, one after the other.
    async fn stretches(&self, most: u64) -> Vec<Stretch> {
        let (mut stretches, mut after) = (Vec::<Stretch>::new(), 0);
        loop {
            let stretch = verify_stretch(&self.node.services, after, most).await.unwrap().unwrap();
            after = stretch.verdict.last.max(after);
            stretches.push(stretch);
            if stretches.last().is_some_and(|last| last.complete) {
                return stretches;
            }
            assert!(stretches.len() < 20, "no end: {stretches:?}");
        }
    }
}

#[tokio::test]
async fn stretch_by_stretch_the_same_is_found_as_at_once() {
    for trail in Trail::lay().await {
        let tampering = [
            vec!["UPDATE audit_records SET source = 'elsewhere' WHERE seq = 6"],
            vec!["DELETE FROM audit_records WHERE seq = 5"],
            vec!["DELETE FROM audit_records WHERE seq = 6"],
            vec!["DELETE FROM audit_checkpoints WHERE number = 2"],
            vec!["UPDATE audit_checkpoints SET signature = 'x' WHERE number = 3"],
            vec!["DELETE FROM audit_records WHERE seq > 10"],
        ];
        for most in [1, 3, 5, 12, 100] {
            let sound = trail.stretches(most).await;
            let records: u64 = sound.iter().map(|stretch| stretch.verdict.records).sum();
            assert_eq!(records, 12, "{most} on {}", trail.node.database.kind);
            assert!(sound.iter().all(|stretch| stretch.verdict.findings.is_empty()), "{most}: {sound:?}");
            assert_eq!(sound.last().unwrap().verdict.agreed, 12, "{most}");
        }
        for statements in &tampering {
            trail.do_it(statements).await;
            let whole = findings(&trail.node.services).await;
            assert!(!whole.is_empty(), "{statements:?}");
            for most in [1, 3, 5, 100] {
                let found: Vec<Finding> = trail
                    .stretches(most)
                    .await
                    .into_iter()
                    .flat_map(|stretch| stretch.verdict.findings)
                    .collect();
                assert_eq!(found, whole, "{statements:?}, {most} at a time, on {}", trail.node.database.kind);
            }
            for table in TABLES {
                trail
                    .do_it(&[
                        &format!("DELETE FROM {table}"),
                        &format!("INSERT INTO {table} SELECT * FROM {table}_kept"),
                    ])
                    .await;
            }
        }
        assert!(verify_stretch(&trail.node.services, 13, 1).await.unwrap().is_none());
        assert!(verify_stretch(&trail.node.services, -1, 1).await.unwrap().is_none());
        // A place whose record was taken away since: the gap is found, and the rest is proved.
        trail.do_it(&["DELETE FROM audit_records WHERE seq = 6"]).await;
        let stretch = verify_stretch(&trail.node.services, 6, 100).await.unwrap().unwrap();
        assert_eq!(stretch.verdict.findings, [Finding::Missing { from: 6, to: 6 }]);
        assert_eq!(stretch.verdict.last, 12);
    }
}
