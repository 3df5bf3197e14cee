//! `response_mode=form_post` (OAuth 2.0 Form Post Response Mode §2): a form that posts itself to the application,
//! by a small script where there is one, by a button where there is none.

use askama::Template;

use super::context::PageContext;
use super::view::{View, views};

/// The self-posting page.
#[derive(Template)]
#[template(path = "pages/form-post.html")]
pub struct FormPost {
    /// Frame.
    pub page: PageContext,
    /// The application's registered redirect URI.
    pub action: String,
    /// The response's parameters. They may hold a code, hence no `Debug`.
    pub fields: Vec<(String, String)>,
}

views! { FormPost; }
