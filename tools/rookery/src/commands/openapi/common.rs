//! Adds to a document what its operations share.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use api_types::codes::Code;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::{AnyOfBuilder, ArrayItems, SchemaType};
use utoipa::openapi::{
    Components, HttpMethod, KnownFormat, ObjectBuilder, OpenApi, Ref, RefOr, Response, Schema, SchemaFormat,
    Type,
};

use super::kinds::{Kind, declare_action, take_own_codes};
use super::{headers, problems};

/// Ids and positions in addresses. `api_types::number` reads them.
const ID: &str = "^[1-9][0-9]{0,18}$";
/// `query-api/src/paging/cursor.rs` makes them.
const CURSOR: &str = "^[A-Za-z0-9_-]{48}$";
/// A tag that is looked for: not blank, and without NUL, which the database does not store.
const TAG: &str = r"^[^\u0000]*[^\s\u0000][^\u0000]*$";
const POSITION: &str = "^(0|[1-9][0-9]{0,18})$";

/// Bodies in which everything is optional, but something has to be said.
const CHANGES: [&str; 2] = ["ChangeProfile", "EditMessage"];

/// # Errors
/// Where a handler lists what is no code, or describes by itself what belongs here.
pub(super) fn declare(document: &mut OpenApi) -> Result<()> {
    let components = document.components.get_or_insert_default();
    components.schemas.insert("Problem".to_owned(), problems::envelope());
    components.schemas.insert("FieldError".to_owned(), problems::field_error());
    for name in CHANGES {
        let Some(RefOr::T(Schema::Object(schema))) = components.schemas.get_mut(name) else {
            bail!("there is no schema {name}")
        };
        schema.min_properties = Some(1);
    }
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            declare_action(&method, operation)?;
            declare_responses(&method, operation, components)?;
            if Kind::of(&method, operation).is_command() {
                // The query API describes it.
                let prefer = RefOr::Ref(Ref::new("#/components/parameters/Prefer"));
                operation.parameters.get_or_insert_default().push(prefer);
            }
            declare_parameters(operation, components);
            // Said, so that nobody takes it for forgotten.
            operation.security.get_or_insert_default();
        }
    }
    Ok(())
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let all = [
        (HttpMethod::Get, item.get.as_mut()),
        (HttpMethod::Put, item.put.as_mut()),
        (HttpMethod::Post, item.post.as_mut()),
        (HttpMethod::Patch, item.patch.as_mut()),
        (HttpMethod::Delete, item.delete.as_mut()),
    ];
    all.into_iter().filter_map(|(method, operation)| operation.map(|operation| (method, operation)))
}

fn declare_responses(
    method: &HttpMethod,
    operation: &mut Operation,
    components: &mut Components,
) -> Result<()> {
    let own = take_own_codes(operation)?;
    let kind = Kind::of(method, operation);
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in kind.codes().into_iter().chain(own) {
        components.schemas.insert(problems::name(code), problems::schema(code));
        let codes = by_status.entry(code.status).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let mut responses: BTreeMap<u16, Response> = BTreeMap::new();
    for (status, response) in &operation.responses.responses {
        let (Ok(status), RefOr::T(response)) = (status.parse(), response) else {
            bail!("{:?} answers {status}", operation.operation_id)
        };
        responses.insert(status, response.clone());
    }
    if let Some(page) = responses.get(&200).filter(|_| kind.is_query()) {
        let mut same = page.clone();
        same.content.clear();
        "The caller has this answer already (`If-None-Match`).".clone_into(&mut same.description);
        responses.insert(304, same);
    }
    for (status, codes) in by_status {
        if responses.insert(status, problems::response(&codes)).is_some() {
            bail!("{:?} describes {status} by itself", operation.operation_id);
        }
    }
    for (status, response) in &mut responses {
        headers::add(response, &kind, *status, components);
    }
    operation.responses.responses =
        responses.into_iter().map(|(status, response)| (status.to_string(), RefOr::T(response))).collect();
    Ok(())
}

/// Headers of requests are the same wherever they are taken, so they are said once.
fn declare_parameters(operation: &mut Operation, components: &mut Components) {
    let parameters = operation.parameters.get_or_insert_default();
    parameters.push(RefOr::T(headers::lineage()));
    for parameter in parameters {
        let RefOr::T(given) = parameter else { continue };
        tidy(given);
        if given.parameter_in == ParameterIn::Header {
            let name = given.name.clone();
            components.parameters.insert(name.clone(), RefOr::T(given.clone()));
            *parameter = RefOr::Ref(Ref::new(format!("#/components/parameters/{name}")));
        }
    }
}

/// A parameter may be absent, but nothing in an address is null; ids have one spelling, and dates two.
fn tidy(parameter: &mut Parameter) {
    if ["dateStart", "dateEnd"].contains(&parameter.name.as_str()) {
        let text = |format| {
            ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
        };
        let either = AnyOfBuilder::new().item(text(KnownFormat::Date)).item(text(KnownFormat::DateTime));
        parameter.schema = Some(RefOr::T(Schema::AnyOf(either.build())));
        return;
    }
    if ["tagAny", "tagAll", "tagNone"].contains(&parameter.name.as_str())
        && let Some(RefOr::T(Schema::Array(tags))) = &mut parameter.schema
    {
        let tag = ObjectBuilder::new().schema_type(Type::String).pattern(Some(TAG)).build();
        tags.items = ArrayItems::RefOrSchema(Box::new(tag.into()));
        return;
    }
    let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema else { return };
    if let SchemaType::Array(types) = &mut schema.schema_type {
        types.retain(|one| *one != Type::Null);
        if let [one] = types.as_slice() {
            schema.schema_type = SchemaType::Type(one.clone());
        }
    }
    match parameter.name.as_str() {
        "id" | "author" => schema.pattern = Some(ID.to_owned()),
        "since" => schema.pattern = Some(POSITION.to_owned()),
        "tag" => schema.pattern = Some(TAG.to_owned()),
        "cursor" => schema.pattern = Some(CURSOR.to_owned()),
        _ => {}
    }
}
