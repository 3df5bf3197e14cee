//! Lines of a list as CSV, page after page in constant memory.

use std::future::Future;

use axum::body::Body;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse as _, Response};
use countersign_core::directory::listing::Position;
use countersign_service::directory::reading::page::Paged;
use countersign_service::directory::reading::profiles::ReadError;
use futures_util::stream::try_unfold;

use crate::http::management::refusal::Refusal;
use crate::http::management::spreadsheet::line;

/// Lines read at once.
pub(super) const AT_ONCE: u16 = 500;

enum Step<T> {
    First(Paged<T>),
    After(Position),
}

/// The whole list as CSV, given its columns, the cells of an entry, and how a page is read. The first page is read before
/// anything is sent, so that what fails at once is said.
pub(super) async fn csv<T, F>(
    file: &'static str,
    columns: &'static [&'static str],
    cells: fn(T) -> Vec<String>,
    page: impl Fn(Option<Position>) -> F + Send + 'static,
) -> Result<Response, Refusal>
where
    T: Send + 'static,
    F: Future<Output = Result<Paged<T>, ReadError>> + Send,
{
    let begun = Some(Step::First(page(None).await?));
    let body = Body::from_stream(try_unfold((page, begun), move |(page, step)| async move {
        let Some(step) = step else { return Ok(None) };
        let (mut text, read) = match step {
            Step::First(read) => {
                let head: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
                (line(&head), read)
            }
            Step::After(at) => (Vec::new(), page(Some(at)).await?),
        };
        text.extend(read.items.into_iter().flat_map(|entry| line(&cells(entry))));
        Ok::<_, ReadError>(Some((text, (page, read.next.map(Step::After)))))
    }));
    let headers: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, file),
    ];
    Ok((headers, body).into_response())
}
