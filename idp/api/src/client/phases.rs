//! The migration of the clearing houses.

use reqwest::header::ACCEPT;
use reqwest::{Method, Response};

use super::{Attempt, Client, ClientError, TokenSource};
use crate::page::{Page, PageQuery};
use crate::phases::{DryRun, DryRunLine, DryRunQuery, Phases, ReportLine, ReportQuery};
use crate::requests::Nothing;

impl<T: TokenSource> Client<T> {
    /// Where the clearing houses stand.
    pub async fn phases(&self) -> Result<Phases, ClientError> {
        self.get(&["phases"], &[(); 0], &PageQuery::default()).await
    }

    /// Makes a dry run of a house.
    pub async fn make_dry_run(
        &self,
        clearing_house: &str,
        attempt: &Attempt<'_>,
    ) -> Result<DryRun, ClientError> {
        Ok(self.post(&["phases", clearing_house, "dry-run"], &Nothing {}, attempt).await?.value)
    }

    /// A page of the lines of a dry run.
    pub async fn dry_run(
        &self,
        clearing_house: &str,
        hash: &str,
        query: &DryRunQuery,
        page: &PageQuery,
    ) -> Result<Page<DryRunLine>, ClientError> {
        self.get(&["phases", clearing_house, "dry-run", hash], query, page).await
    }

    /// All lines of a dry run, as CSV. Read the body piece by piece: it may be long.
    pub async fn dry_run_csv(
        &self,
        clearing_house: &str,
        hash: &str,
        query: &DryRunQuery,
    ) -> Result<Response, ClientError> {
        let request = self.request(Method::GET, &["phases", clearing_house, "dry-run", hash])?;
        self.send(request.query(query).header(ACCEPT, "text/csv")).await
    }

    /// A page of the report of the job at the end of a house's parallel run.
    pub async fn end_of_run_report(
        &self,
        clearing_house: &str,
        query: &ReportQuery,
        page: &PageQuery,
    ) -> Result<Page<ReportLine>, ClientError> {
        self.get(&["phases", clearing_house, "report"], query, page).await
    }

    /// All of the report, as CSV. Read the body piece by piece: it may be long.
    pub async fn end_of_run_report_csv(
        &self,
        clearing_house: &str,
        query: &ReportQuery,
    ) -> Result<Response, ClientError> {
        let request = self.request(Method::GET, &["phases", clearing_house, "report"])?;
        self.send(request.query(query).header(ACCEPT, "text/csv")).await
    }
}
