//! Forms: filed, looked at, and decided.

use reqwest::Method;

use super::{Attempt, Client, ClientError, TokenSource, versioned};
use crate::forms::{Form, FormQuery, NewForm, TakeForm};
use crate::page::{Page, PageQuery};
use crate::requests::{Nothing, Reason};

impl<T: TokenSource> Client<T> {
    /// A page of forms, newest first.
    pub async fn forms(&self, query: &FormQuery, page: &PageQuery) -> Result<Page<Form>, ClientError> {
        self.get(&["forms"], query, page).await
    }

    /// One form.
    pub async fn form(&self, id: &str) -> Result<Form, ClientError> {
        Ok(versioned(self.send(self.request(Method::GET, &["forms", id])?).await?).await?.value)
    }

    /// Files a form.
    pub async fn file_form(&self, form: &NewForm, attempt: &Attempt<'_>) -> Result<Form, ClientError> {
        Ok(self.post(&["forms"], form, attempt).await?.value)
    }

    /// Makes a form a change request, in the operator's name.
    pub async fn take_form(
        &self,
        id: &str,
        taking: &TakeForm,
        attempt: &Attempt<'_>,
    ) -> Result<Form, ClientError> {
        Ok(self.post(&["forms", id, "take"], taking, attempt).await?.value)
    }

    /// Declines a form, and says why.
    pub async fn decline_form(
        &self,
        id: &str,
        reason: &Reason,
        attempt: &Attempt<'_>,
    ) -> Result<Form, ClientError> {
        Ok(self.post(&["forms", id, "decline"], reason, attempt).await?.value)
    }

    /// Takes back a form of one's own participant.
    pub async fn withdraw_form(&self, id: &str, attempt: &Attempt<'_>) -> Result<Form, ClientError> {
        Ok(self.post(&["forms", id, "withdraw"], &Nothing {}, attempt).await?.value)
    }
}
