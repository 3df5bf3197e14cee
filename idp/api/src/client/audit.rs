//! The audit trail by the typed client.

use reqwest::{Method, Response};

use super::{Client, ClientError, TokenSource};
use crate::audit::{AuditQuery, AuditRecord, Verification, VerifyQuery};
use crate::page::{Page, PageQuery};

impl<T: TokenSource> Client<T> {
    /// A page of the audit trail, newest first.
    pub async fn audit(
        &self,
        query: &AuditQuery,
        page: &PageQuery,
    ) -> Result<Page<AuditRecord>, ClientError> {
        self.get(&["audit"], query, page).await
    }

    /// One record of the audit trail.
    pub async fn audit_record(&self, id: &str) -> Result<AuditRecord, ClientError> {
        self.get(&["audit", id], &[(); 0], &PageQuery::default()).await
    }

    /// All records that are found, as CSV. Read the body piece by piece: it may be long.
    pub async fn audit_csv(&self, query: &AuditQuery) -> Result<Response, ClientError> {
        self.send(self.request(Method::GET, &["audit.csv"])?.query(query)).await
    }

    /// All records that are found, one [`AuditRecord`] a line. Read the body piece by piece: it may be long.
    pub async fn audit_lines(&self, query: &AuditQuery) -> Result<Response, ClientError> {
        self.send(self.request(Method::GET, &["audit.jsonl"])?.query(query)).await
    }

    /// How the trail stands, and what came of proving a stretch of it. Begin with the default, and go on behind `next`.
    pub async fn verify_audit(&self, query: &VerifyQuery) -> Result<Verification, ClientError> {
        self.get(&["audit", "verify"], query, &PageQuery::default()).await
    }
}
