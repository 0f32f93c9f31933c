//! How the document says which problems an operation may answer: a schema for each code, and per status a choice of
//! them that a generated client tells apart by `code`.

use api_types::codes::Code;
use api_types::problem::PROBLEM_JSON;
use utoipa::PartialSchema;
use utoipa::openapi::schema::{AllOfBuilder, Discriminator, OneOfBuilder};
use utoipa::openapi::{Content, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Schema, Type};

/// The schema's name: `not-found` becomes `NotFoundProblem`.
pub(super) fn name(code: Code) -> String {
    let words = code.code.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        format!("{}{rest}", first.to_uppercase())
    });
    format!("{}Problem", words.collect::<String>())
}

/// A problem with this code.
pub(super) fn schema(code: Code) -> RefOr<Schema> {
    let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([code.code]));
    let status = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([code.status]));
    let narrowed = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("code", word)
        .property("status", status)
        .required("code")
        .required("status");
    let problem = AllOfBuilder::new()
        .description(Some(code.title))
        .item(Ref::from_schema_name("Problem"))
        .item(narrowed);
    RefOr::T(problem.into())
}

/// The answer with one status. The codes are all of that status, and there is at least one.
pub(super) fn response(codes: &[Code]) -> Response {
    let lines: Vec<String> = codes.iter().map(|code| format!("- `{}`: {}", code.code, code.title)).collect();
    let content = Content::new(Some(choice(codes)));
    ResponseBuilder::new().description(lines.join("\n")).content(PROBLEM_JSON, content).build()
}

fn choice(codes: &[Code]) -> RefOr<Schema> {
    let of = |code: &Code| Ref::from_schema_name(name(*code));
    if let [code] = codes {
        return of(code).into();
    }
    let mapping = codes.iter().map(|code| (code.code, of(code).ref_location));
    let choice = codes.iter().fold(OneOfBuilder::new(), |choice, code| choice.item(of(code)));
    RefOr::T(choice.discriminator(Some(Discriminator::with_mapping("code", mapping))).into())
}

/// What all problems have.
pub(super) fn envelope() -> RefOr<Schema> {
    api_types::problem::Problem::schema()
}

/// A part of the envelope that has a name of its own.
pub(super) fn field_error() -> RefOr<Schema> {
    api_types::problem::FieldError::schema()
}
