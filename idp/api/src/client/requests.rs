//! Changes: asked for, looked at, and decided.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use super::{Attempt, Client, ClientError, TokenSource, Versioned, versioned};
use crate::drafts::{BatchQuery, BatchSubmission, Submission};
use crate::page::{Page, PageQuery};
use crate::requests::{
    ApprovalCode, ChangeRequest, CheckerEntry, CodeWanted, Nothing, Reason, RequestQuery, RequestSummary,
    Secret, Subject, Suspended, Validation,
};

impl<T: TokenSource> Client<T> {
    /// A page of change requests, newest first.
    pub async fn change_requests(
        &self,
        query: &RequestQuery,
        page: &PageQuery,
    ) -> Result<Page<RequestSummary>, ClientError> {
        self.get(&["change-requests"], query, page).await
    }

    /// One change request. Its entity tag is what an approval names.
    pub async fn change_request(&self, id: &str) -> Result<Versioned<ChangeRequest>, ClientError> {
        versioned(self.send(self.request(Method::GET, &["change-requests", id])?).await?).await
    }

    /// A page of what a change request changes.
    pub async fn change_request_subjects(
        &self,
        id: &str,
        page: &PageQuery,
    ) -> Result<Page<Subject>, ClientError> {
        self.get(&["change-requests", id, "subjects"], &(), page).await
    }

    /// Looks at a change before it is asked for.
    pub async fn validate(
        &self,
        submission: &Submission,
        attempt: &Attempt<'_>,
    ) -> Result<Validation, ClientError> {
        Ok(self.post(&["change-requests", "validate"], submission, attempt).await?.value)
    }

    /// Asks for a change.
    pub async fn submit(
        &self,
        submission: &Submission,
        attempt: &Attempt<'_>,
    ) -> Result<Versioned<ChangeRequest>, ClientError> {
        self.post(&["change-requests"], submission, attempt).await
    }

    /// Looks at many changes before they are asked for.
    pub async fn validate_batch(
        &self,
        batch: &BatchSubmission,
        attempt: &Attempt<'_>,
    ) -> Result<Validation, ClientError> {
        Ok(self.post(&["batches", "validate"], batch, attempt).await?.value)
    }

    /// Asks for many changes at once.
    pub async fn submit_batch(
        &self,
        batch: &BatchSubmission,
        attempt: &Attempt<'_>,
    ) -> Result<Versioned<ChangeRequest>, ClientError> {
        self.post(&["batches"], batch, attempt).await
    }

    /// Looks at the lines of a CSV file before they are asked for.
    pub async fn validate_csv(
        &self,
        query: &BatchQuery,
        csv: String,
        attempt: &Attempt<'_>,
    ) -> Result<Validation, ClientError> {
        let request = self.attempt(&["batches", "validate"], attempt)?.query(query);
        let request = request.header(CONTENT_TYPE, "text/csv").body(csv);
        Ok(self.send(request).await?.json().await?)
    }

    /// Asks for the lines of a CSV file.
    pub async fn submit_csv(
        &self,
        query: &BatchQuery,
        csv: String,
        attempt: &Attempt<'_>,
    ) -> Result<Versioned<ChangeRequest>, ClientError> {
        let request = self.attempt(&["batches"], attempt)?.query(query);
        versioned(self.send(request.header(CONTENT_TYPE, "text/csv").body(csv)).await?).await
    }

    /// Says, as the maker whom the command line named, that a request is one's own. The attempt names the entity tag of
    /// what was read.
    pub async fn adopt(
        &self,
        id: &str,
        attempt: &Attempt<'_>,
    ) -> Result<Versioned<ChangeRequest>, ClientError> {
        self.post(&["change-requests", id, "adopt"], &Nothing {}, attempt).await
    }

    /// Signs a request and puts it into effect. The attempt names the entity tag of what was read.
    pub async fn approve(
        &self,
        id: &str,
        attempt: &Attempt<'_>,
    ) -> Result<Versioned<ChangeRequest>, ClientError> {
        self.post(&["change-requests", id, "approve"], &Nothing {}, attempt).await
    }

    /// Refuses a request.
    pub async fn reject(
        &self,
        id: &str,
        reason: &Reason,
        attempt: &Attempt<'_>,
    ) -> Result<Versioned<ChangeRequest>, ClientError> {
        self.post(&["change-requests", id, "reject"], reason, attempt).await
    }

    /// Takes back one's own request.
    pub async fn withdraw(
        &self,
        id: &str,
        attempt: &Attempt<'_>,
    ) -> Result<Versioned<ChangeRequest>, ClientError> {
        self.post(&["change-requests", id, "withdraw"], &Nothing {}, attempt).await
    }

    /// Has one's own request signed by a checker's code. The attempt names the entity tag of what was read.
    pub async fn approve_on_screen(
        &self,
        id: &str,
        entry: &CheckerEntry,
        attempt: &Attempt<'_>,
    ) -> Result<Versioned<ChangeRequest>, ClientError> {
        self.post(&["change-requests", id, "approve-on-screen"], entry, attempt).await
    }

    /// What an applied request made; shown once.
    pub async fn secret(&self, id: &str, attempt: &Attempt<'_>) -> Result<Secret, ClientError> {
        Ok(self.post(&["change-requests", id, "secret"], &Nothing {}, attempt).await?.value)
    }

    /// The caller's approval code.
    pub async fn approval_code(
        &self,
        wanted: &CodeWanted,
        attempt: &Attempt<'_>,
    ) -> Result<ApprovalCode, ClientError> {
        Ok(self.post(&["approval-code"], wanted, attempt).await?.value)
    }

    /// Suspends a profile at once.
    pub async fn suspend(
        &self,
        user_id: &str,
        reason: &Reason,
        attempt: &Attempt<'_>,
    ) -> Result<Suspended, ClientError> {
        Ok(self.post(&["profiles", user_id, "suspend"], reason, attempt).await?.value)
    }
}
