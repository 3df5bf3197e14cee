//! The Lua scripts. Each makes requests as fast as `wrk` asks for them and counts answers it did not expect.

use std::path::Path;

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use conformance_tests::{Demo, Reply};
use url::form_urlencoded::Serializer;

use super::people::{PasswordPost, Session};

/// Acts as itself, with a secret: one signature, no write.
pub(crate) fn client_credentials(demo: &Demo) -> Result<String> {
    let body = form(&[("grant_type", "client_credentials"), ("scope", "directory")]);
    let head = post("/token", &basic(demo, "conformance-service")?);
    Ok(format!("{head}\nwrk.body = {body:?}\n{EXPECT_200}"))
}

/// Asks for a code with a session that is there, and keeps every code.
pub(crate) fn authorize(session: &Session, codes: &Path) -> String {
    format!(
        r#"
local codes = assert(io.open("{codes}", "w"))
codes:setvbuf("line")
wrk.method = "GET"
wrk.path = {path:?}
wrk.headers["Cookie"] = {cookies:?}
function response(status, headers, body)
  local location = headers["location"] or ""
  local code = location:match("[?&]code=([^&]+)")
  if status == 303 and code then codes:write(code, "\n") else unexpected(status .. " " .. location) end
end
"#,
        codes = codes.display(),
        path = session.path,
        cookies = session.cookies,
    )
}

/// Exchanges each of those codes, until there are none.
pub(crate) fn exchange(demo: &Demo, session: &Session, codes: &Path) -> Result<String> {
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("redirect_uri", &session.redirect_uri),
        ("code_verifier", &session.verifier),
    ]);
    let head = post("/token", &basic(demo, &session.client_id)?);
    Ok(format!(
        r#"{head}
local codes = io.lines("{codes}")
local body = {body:?} .. "&code="
local last = nil
function request()
  local code = codes()
  if code then last = code else exhausted() end
  return wrk.format(nil, nil, nil, body .. last)
end
{EXPECT_200_WHILE_SUPPLIED}"#,
        codes = codes.display()
    ))
}

/// Refreshes from a pool: every answer brings the token of a later request.
pub(crate) fn refresh(demo: &Demo, tokens: &[Reply]) -> Result<String> {
    let pool = tokens.iter().map(Reply::refresh_token).collect::<Result<Vec<_>>>()?;
    let head = post("/token", &basic(demo, super::people::CLIENT)?);
    Ok(format!(
        r#"{head}
local pool = {{ {pool} }}
local first, last = 1, #pool
function request()
  local token = pool[first]
  pool[first] = nil
  first = first + 1
  return wrk.format(nil, nil, nil, "grant_type=refresh_token&refresh_token=" .. tostring(token))
end
function response(status, headers, body)
  local token = body:match('"refresh_token"%s*:%s*"([^"]+)"')
  if status == 200 and token then
    last = last + 1
    pool[last] = token
  else unexpected(status .. " " .. body) end
end
"#,
        pool = lua_list(&pool)
    ))
}

/// Asks after access tokens that are active.
pub(crate) fn introspect(demo: &Demo, tokens: &[Reply]) -> Result<String> {
    let pool = tokens.iter().map(Reply::access_token).collect::<Result<Vec<_>>>()?;
    let head = post("/introspect", &basic(demo, super::people::CLIENT)?);
    Ok(format!(
        r#"{head}
local pool = {{ {pool} }}
local n = 0
function request()
  n = n % #pool + 1
  return wrk.format(nil, nil, nil, "token=" .. pool[n])
end
function response(status, headers, body)
  if status ~= 200 or not body:find('"active":true', 1, true) then unexpected(status .. " " .. body) end
end
"#,
        pool = lua_list(&pool)
    ))
}

/// Gives right passwords, each up to the page for the second factor.
pub(crate) fn passwords(posts: &[PasswordPost]) -> String {
    let entries =
        posts.iter().map(|post| format!("{{ {:?}, {:?}, {:?} }}", post.path, post.cookies, post.body));
    format!(
        r#"
local posts = {{ {entries} }}
local n = 0
function request()
  n = n % #posts + 1
  local post = posts[n]
  local headers = {{ ["Content-Type"] = "application/x-www-form-urlencoded", ["Cookie"] = post[2], ["Origin"] = {origin:?} }}
  return wrk.format("POST", post[1], headers, post[3])
end
function response(status, headers, body)
  local location = headers["location"] or ""
  if status ~= 303 or not location:find("f=", 1, true) then unexpected(status .. " " .. location) end
end
"#,
        entries = entries.collect::<Vec<_>>().join(",\n"),
        origin = posts.first().map(|post| post.origin.as_str()).unwrap_or_default(),
    )
}

const EXPECT_200: &str = "function response(status, headers, body) if status ~= 200 then unexpected(status .. ' ' .. body) end end\n";

/// What is on its way when the supply ends is sent twice, and no error.
const EXPECT_200_WHILE_SUPPLIED: &str = "function response(status, headers, body)
  if status ~= 200 and not ended_at then unexpected(status .. ' ' .. body) end
end\n";

fn post(path: &str, authorization: &str) -> String {
    format!(
        "wrk.method = 'POST'\nwrk.path = {path:?}\nwrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'\n\
         wrk.headers['Authorization'] = {authorization:?}\n"
    )
}

/// RFC 6749 §2.3.1: both halves form-encoded before they are joined.
fn basic(demo: &Demo, client_id: &str) -> Result<String> {
    let client = demo.client(client_id)?;
    let secret = client.client_secret.context("a client with a secret")?;
    let encode = |text: &str| form(&[("", text)]).trim_start_matches('=').to_owned();
    Ok(format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(client_id), encode(&secret)))))
}

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn lua_list(values: &[String]) -> String {
    values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(", ")
}
