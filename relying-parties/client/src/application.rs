//! What an application says about itself.

/// The fixed facts of an application, known when it is compiled.
#[derive(Clone, Copy, Debug)]
pub struct Application {
    /// Lower-case name without spaces; cookies are called `<slug>_session` and `<slug>_login_…`. Cookies ignore ports, so each
    /// application of a host needs its own.
    pub slug: &'static str,
    /// The product's name as people call it: `DMS`.
    pub name: &'static str,
    /// The name in full.
    pub full_name: &'static str,
    /// One line for the landing page: what one does here.
    pub purpose: &'static str,
    /// The accent of this application: a few custom properties over the shared stylesheet.
    pub theme: &'static str,
    /// Scopes to ask for beside `openid`, unless the configuration says otherwise.
    pub scopes: &'static [&'static str],
    /// Whether our access tokens are meant for our own API, so that we name ourselves as the `resource` (RFC 8707).
    pub is_resource: bool,
}
