//! Check: the redirect URI is the client's own, compared as a string (OIDC Core §3.1.2.1, RFC 9700 §2.1); only a
//! native client's loopback address may come with any port (RFC 8252 §7.3).

use super::answer::ReturnAddress;
use super::parameters::Parameters;
use super::refusal::PageFault;
use crate::oauth::client::Client;

pub(super) fn check(
    redirect_uri: &str,
    client: &Client,
    parameters: &Parameters,
) -> Result<ReturnAddress, PageFault> {
    ReturnAddress::registered(client, redirect_uri, parameters).ok_or(PageFault::RedirectUriUnregistered)
}
