//! Lists as streams: page after page, as they are read.

use std::collections::VecDeque;
use std::future::Future;

use futures_util::Stream;
use futures_util::stream::try_unfold;

use super::{Client, ClientError, TokenSource};
use crate::page::{MAX_LIMIT, Page, PageQuery};
use crate::profiles::{ProfileQuery, ProfileSummary};

impl<T: TokenSource> Client<T> {
    /// Every user profile of a listing. No more than a page of them is in memory.
    pub fn all_profiles<'a>(
        &'a self,
        query: &'a ProfileQuery,
    ) -> impl Stream<Item = Result<ProfileSummary, ClientError>> + 'a {
        entries(move |page| async move { self.profiles(query, &page).await })
    }
}

/// The entries of a list, given how a page of it is had.
pub fn entries<I, F: Future<Output = Result<Page<I>, ClientError>>>(
    page: impl Fn(PageQuery) -> F,
) -> impl Stream<Item = Result<I, ClientError>> {
    let begun = (page, VecDeque::new(), Some(None));
    try_unfold(begun, |(page, mut waiting, mut next): (_, VecDeque<I>, Option<Option<String>>)| async move {
        while waiting.is_empty() {
            let Some(cursor) = next else { return Ok(None) };
            let read = page(PageQuery { limit: Some(MAX_LIMIT), cursor, count: None }).await?;
            waiting.extend(read.items);
            next = read.next.map(Some);
        }
        Ok(waiting.pop_front().map(|entry| (entry, (page, waiting, next))))
    })
}
