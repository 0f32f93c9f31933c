//! The headers that answers carry by their kind and status, and the parameters that operations share.

use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{Components, Object, ObjectBuilder, Ref, RefOr, Required, Response, Type};

use super::kinds::Kind;

/// A header of answers.
struct Known {
    name: &'static str,
    description: &'static str,
    schema: fn() -> Object,
}

const KNOWN: [Known; 11] = [
    Known {
        name: "Accept-Encoding",
        description: "With `unsupported-content-encoding`: the encoding that would do.",
        schema: text,
    },
    Known { name: "Data-Position", description: "The position that the answer reflects.", schema: position },
    Known {
        name: "ETag",
        description: "Of exactly this answer; that of a message begins with its edition.",
        schema: text,
    },
    Known {
        name: "Event-Position",
        description: "The position of the command's event, for `Await-Position`.",
        schema: position,
    },
    Known {
        name: "Log-Lineage",
        description: "The log that positions, ids and cursors belong to. It is missing until the service knows.",
        schema: text,
    },
    Known {
        name: "Preference-Applied",
        description: "The wait of `Prefer`, where one was made.",
        schema: text,
    },
    Known {
        name: "RateLimit",
        description: "What is left of the caller's smallest budget: `r` requests; `t` seconds until it is whole again, or \
            until the next request where none is left. Missing where nothing is limited, as for operators.",
        schema: text,
    },
    Known {
        name: "RateLimit-Policy",
        description: "The budgets that the request is counted in: `q` requests in `w` seconds.",
        schema: text,
    },
    Known { name: "Retry-After", description: "Seconds.", schema: position },
    Known { name: "WWW-Authenticate", description: "What would be accepted (RFC 6750).", schema: text },
    Known {
        name: "X-Request-Id",
        description: "The caller's, if it sent a sane one. Operators find the request by it.",
        schema: text,
    },
];

fn text() -> Object {
    Object::with_type(Type::String)
}

fn position() -> Object {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).build()
}

/// Its name among the components, and the header.
fn component(name: &str, always: bool) -> Option<(String, Header)> {
    let known = KNOWN.iter().find(|known| known.name == name)?;
    let header = HeaderBuilder::new().schema(Some((known.schema)())).description(Some(known.description));
    Some(if always {
        // utoipa knows no `required` of headers.
        (name.to_owned(), header.extensions(Some(Extensions::from_iter([("required", true)]))).build())
    } else {
        (format!("Optional-{name}"), header.build())
    })
}

/// Adds to an answer what all of its kind and status carry.
pub(super) fn add(response: &mut Response, kind: &Kind<'_>, status: u16, components: &mut Components) {
    let mut put = |name: &str, always: bool| {
        let Some((component, header)) = component(name, always) else { return };
        let reference = Ref::new(format!("#/components/headers/{component}"));
        response.headers.insert(name.to_owned(), RefOr::Ref(reference));
        components.headers.insert(component, RefOr::T(header));
    };
    put("X-Request-Id", true);
    put("Log-Lineage", false);
    put("RateLimit", false);
    put("RateLimit-Policy", false);
    match status {
        200..=299 | 304 if kind.is_query() => {
            put("Data-Position", true);
            put("ETag", true);
            put("Preference-Applied", false);
        }
        // What is not found may be newer than the data.
        404 | 410 | 503 if kind.is_query() => put("Data-Position", false),
        // What was only taken in has no event yet.
        202 if kind.is_command() => {}
        200..=299 if kind.is_command() => {
            put("Event-Position", !kind.is_import());
            put("Data-Position", false);
            put("Preference-Applied", false);
        }
        _ => {}
    }
    match status {
        401 => put("WWW-Authenticate", true),
        415 => put("Accept-Encoding", false),
        429 | 503 => put("Retry-After", true),
        _ => {}
    }
}

/// The header that every operation takes.
pub(super) fn lineage() -> Parameter {
    ParameterBuilder::new()
        .name("Log-Lineage")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "As an answer gave it: `other-log` where another log is behind this service by now.",
        ))
        .schema(Some(text()))
        .build()
}
