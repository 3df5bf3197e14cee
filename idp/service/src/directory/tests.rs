//! Nothing changes without a second signature: every way in, every way out, on every kind of database.

mod barred;
mod batch;
mod clients;
mod conflicts;
mod decisions;
mod effects;
mod forms;
mod importing;
mod keys;
mod measure;
mod model;
mod on_screen;
mod parties;
mod policies;
mod preparing;
mod races;
mod registry;
mod secrets;
mod suspending;

use countersign_core::directory::change_request::State;
use countersign_core::directory::finding::FindingCode;
use serde_json::{Value, json};

use super::SubmitError;
use crate::testing::town::Town;

/// A change of somebody's mailbox.
fn email(user_id: &str, address: &str) -> Value {
    change(user_id, &json!({ "email": address }))
}

/// A change of somebody's fields.
fn change(user_id: &str, fields: &Value) -> Value {
    json!({ "kind": "change_profile", "user_id": user_id, "fields": fields })
}

/// What is done to a profile as a whole.
fn whole(kind: &str, user_id: &str) -> Value {
    json!({ "kind": kind, "user_id": user_id })
}

/// What stood in the way of a submission, as `field` and code.
fn findings<T: std::fmt::Debug>(result: Result<T, SubmitError>) -> Vec<(String, FindingCode)> {
    match result {
        Err(SubmitError::Refused(findings)) => {
            findings.into_iter().map(|finding| (finding.field, finding.code)).collect()
        }
        other => panic!("not refused: {other:?}"),
    }
}

impl Town {
    /// The mailbox of somebody.
    async fn mailbox(&self, user_id: &str) -> Option<String> {
        self.record(user_id).await.unwrap().profile.email
    }

    /// Whether somebody may ask for a change of that user now.
    async fn is_free(&self, user_id: &str) -> bool {
        use countersign_core::directory::change_request::Target;
        use countersign_store::ChangeRequests;
        let held = ChangeRequests::on(self.services().store.read()).held(&[Target::profile(user_id)]).await;
        held.unwrap().is_empty()
    }

    /// Makes sure that a request ended so, that it let go of `user_id`, and that these steps are in the trail.
    async fn ended(
        &self,
        request: &super::tests::Request,
        name: &str,
        user_id: &str,
        steps: &[&str],
    ) -> State {
        let state = self.state(&request.id).await;
        assert_eq!(state.name(), name, "{}", self.kind());
        assert!(self.is_free(user_id).await, "{}", self.kind());
        assert_eq!(self.steps(&request.id).await, steps, "{}", self.kind());
        state
    }
}

use countersign_core::directory::change_request::ChangeRequest as Request;
