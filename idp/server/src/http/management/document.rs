//! The API described by itself: `GET /api/v1/openapi.json`, and the same printed by `countersign openapi`.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use countersign_api::problem::{CONTENT_TYPE, Problem};
use countersign_api::{BASE_PATH, IDEMPOTENCY_KEY};
use countersign_core::audit::{Action, Outcome};
use countersign_core::directory::business_group::TerminalFunction;
use countersign_core::directory::clearing_house::ClearingHouse;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Content, HeaderBuilder, OpenApi as Described, PathItem, Ref, RefOr, Required, ResponseBuilder,
};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use super::refusal::{Kind, Refusal};
use crate::http::locale::Locale;
use crate::http::pages::Texts;

/// What stands before the endpoints.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Countersign management API",
        description = "Maintains the directory of a clearing house: nothing changes without a second signature.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem)),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct Preamble;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Described) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("An access token of this issuer with the scope `directory` (RFC 9068)."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// The document, as JSON that people can read.
pub fn document() -> Result<String, serde_json::Error> {
    let router = OpenApiRouter::with_openapi(Preamble::openapi()).nest(BASE_PATH, super::endpoints());
    let mut document = router.into_openapi();
    for (path, item) in &mut document.paths.paths {
        name_problems(item, path.contains('{'));
        list_values(item);
        spare_bodies(item);
        name_keys(item);
    }
    Ok(document.to_pretty_json()? + "\n")
}

/// Shows the document to anyone.
pub(super) async fn show() -> Response {
    match document() {
        Ok(document) => ([(header::CONTENT_TYPE, "application/json")], document).into_response(),
        Err(error) => Refusal::internal(&error).into_response(),
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten()
}

/// A text of a query: no control characters, and no markup.
fn plain_text(parameter: &mut Parameter) {
    if let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema {
        schema.pattern = Some(PLAIN_TEXT.to_owned());
    }
}

/// A pattern of ECMA-262, as JSON Schema has them.
const PLAIN_TEXT: &str = r"^[^<>\u0000-\u001F\u007F-\u009F\uFFFD]*$";

/// Bodies in which nothing has to stand may be left out.
fn spare_bodies(item: &mut PathItem) {
    let spared = ["#/components/schemas/Nothing", "#/components/schemas/CodeWanted"];
    for body in operations(item).filter_map(|operation| operation.request_body.as_mut()) {
        let RefOr::T(body) = body else { continue };
        let spared = body.content.values().all(|content| {
            let RefOr::T(content) = content else { return false };
            matches!(&content.schema, Some(RefOr::Ref(to)) if spared.contains(&to.ref_location.as_str()))
        });
        if spared {
            body.required = Some(Required::False);
        }
    }
}

/// What every POST carries.
fn name_keys(item: &mut PathItem) {
    let Some(operation) = &mut item.post else { return };
    let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[!-~]{1,255}$"));
    let key = ParameterBuilder::new()
        .name(IDEMPOTENCY_KEY)
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some("A new value for each thing to be done, the same one when it is tried again."))
        .schema(Some(schema));
    operation.parameters.get_or_insert_default().push(key.build().into());
}

/// Parameters that take one of a closed list of the rules: the contract has them as texts, and here is the list.
fn list_values(item: &mut PathItem) {
    for parameter in operations(item).filter_map(|operation| operation.parameters.as_mut()).flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let values: Vec<&str> = match parameter.name.as_str() {
            "q" | "actor" | "subject" | "participant" | "request" | "maker" | "reason" => {
                plain_text(parameter);
                continue;
            }
            "clearing_house" => ClearingHouse::ALL.into_iter().map(ClearingHouse::as_str).collect(),
            "action" => Action::ALL.iter().map(|action| action.as_str()).collect(),
            "outcome" => Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect(),
            "function" => TerminalFunction::ALL.iter().map(|function| function.as_str()).collect(),
            _ => continue,
        };
        let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values));
        parameter.schema = Some(schema.into());
    }
}

/// Every endpoint may answer with what its layers and extractors answer with; one whose address names something, that it
/// is not there.
fn name_problems(item: &mut PathItem, named: bool) {
    for operation in operations(item) {
        let changes = operation.request_body.is_some();
        let id = operation.operation_id.clone().unwrap_or_default();
        let kinds = Kind::ALL.iter().copied().filter(|kind| match kind {
            Kind::NotFound => named,
            kind if OF_CHANGES.contains(kind) => changes,
            Kind::MethodNotAllowed => false,
            kind => {
                OF_SOME.iter().find(|(of, _)| of == kind).is_none_or(|(_, ids)| ids.contains(&id.as_str()))
            }
        });
        for kind in kinds.collect::<Vec<_>>() {
            name(operation, kind);
        }
    }
}

/// Problems that only a request with a body has.
const OF_CHANGES: [Kind; 10] = [
    Kind::MalformedContent,
    Kind::IdempotencyKeyMissing,
    Kind::StepUpRequired,
    Kind::IdempotencyKeyUnderWay,
    Kind::PreconditionFailed,
    Kind::ContentTooLarge,
    Kind::UnsupportedMediaType,
    Kind::IdempotencyKeyReused,
    Kind::InvalidContent,
    Kind::PreconditionRequired,
];

/// Problems that only these operations have.
const OF_SOME: [(Kind, &[&str]); 9] = [
    (Kind::Closed, &["list_profiles", "export_profiles", "submit_request", "submit_batch", "take_form"]),
    (Kind::MayNotSign, &["approve_request", "reject_request", "approve_request_on_screen"]),
    (Kind::OnlyByQueue, &["approve_request_on_screen", "show_approval_code"]),
    (Kind::CodeWrong, &["approve_request_on_screen"]),
    (
        Kind::RequestEnded,
        &["approve_request", "reject_request", "withdraw_request", "approve_request_on_screen"],
    ),
    (Kind::FormDecided, &["take_form", "decline_form", "withdraw_form"]),
    (
        Kind::RequestTampered,
        &["approve_request", "reject_request", "withdraw_request", "approve_request_on_screen"],
    ),
    (Kind::RequestConflicted, &["approve_request", "approve_request_on_screen"]),
    (Kind::NotEnabled, &["suspend_profile"]),
];

/// Adds a problem to an operation; problems of one status share a response.
fn name(operation: &mut Operation, kind: Kind) {
    let status = kind.status().as_str().to_owned();
    let title = Texts(Locale::English).get(&format!("problem-{}-title", kind.name()));
    let line = format!("`{}`: {title}.", kind.name());
    let responses = &mut operation.responses.responses;
    let told = match responses.get(&status) {
        Some(RefOr::T(response)) => format!("{} {line}", response.description),
        _ => line,
    };
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    let mut response = ResponseBuilder::new().description(told).content(CONTENT_TYPE, content);
    if kind.status() == axum::http::StatusCode::UNAUTHORIZED {
        response = response.header("www-authenticate", HeaderBuilder::new().build());
    }
    if kind == Kind::TooManyRequests {
        response = response.header("retry-after", HeaderBuilder::new().build());
    }
    responses.insert(status, response.build().into());
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::Value;

    use super::document;

    #[test]
    fn the_document_checked_in_is_the_one_of_this_source() {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
        let document = document().unwrap();
        if std::env::var_os("UPDATE_REFERENCE").is_some() {
            std::fs::write(&file, &document).unwrap();
        }
        assert!(
            std::fs::read_to_string(&file).unwrap() == document,
            "run this test with UPDATE_REFERENCE=1, or `countersign openapi > docs/openapi.json`, and commit it"
        );
    }

    #[test]
    fn every_answer_is_described() {
        let document: Value = serde_json::from_str(&document().unwrap()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.len() >= 8, "{}", paths.len());
        for (path, item) in paths {
            assert!(path.starts_with("/api/v1/"), "{path}");
            for (method, operation) in item.as_object().unwrap() {
                let responses = &operation["responses"];
                let done = if responses["201"].is_object() { "201" } else { "200" };
                assert!(responses[done]["content"].is_object(), "{method} {path}");
                for status in ["400", "401", "403", "429", "500"] {
                    let problem = &responses[status]["content"]["application/problem+json"]["schema"]["$ref"];
                    assert_eq!(*problem, "#/components/schemas/Problem", "{method} {path} {status}");
                }
                assert_eq!(responses["404"].is_object(), path.contains('{'), "{method} {path}");
            }
        }
        assert!(document["components"]["schemas"]["Problem"].is_object());
    }
}
