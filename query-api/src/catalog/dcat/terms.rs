//! What data sets are sorted by: domains, how much care they ask for, and what is measured of them.

use data_set::published::{Classification, Domain};
use serde_json::{Value, json};

use super::{Names, in_english, typed};

const DOMAINS: [(Domain, &str); 5] = [
    (Domain::Messages, "Messages"),
    (Domain::People, "People"),
    (Domain::Reactions, "Reactions"),
    (Domain::Moderation, "Moderation"),
    (Domain::Running, "How the system runs"),
];

const CLASSIFICATIONS: [(Classification, &str); 4] = [
    (Classification::Internal, "About the system, for those who work with it."),
    (Classification::Public, "What everybody with an account may read."),
    (
        Classification::Personal,
        "What everybody with an account may read, but about a person or in a person's words.",
    ),
    (Classification::Restricted, "About a person, and for those who answer for the community."),
];

/// Name, what it counts, in which type.
pub(super) const ROWS: &str = "row-count";
pub(super) const ESTIMATED_ROWS: &str = "row-count-estimate";
pub(super) const POSITION: &str = "position";
pub(super) const LAG_EVENTS: &str = "lag-events";
pub(super) const LAG_SECONDS: &str = "lag-seconds";
const METRICS: [(&str, &str, &str); 5] = [
    (ROWS, "Rows, counted at the position.", "xsd:nonNegativeInteger"),
    (ESTIMATED_ROWS, "Rows, as the database estimates them.", "xsd:nonNegativeInteger"),
    (POSITION, "Every event of the log up to here is in the rows.", "xsd:nonNegativeInteger"),
    (LAG_EVENTS, "Events of the log that are not in the rows.", "xsd:nonNegativeInteger"),
    (LAG_SECONDS, "For so many seconds the rows are not known to be complete.", "xsd:double"),
];

/// Of the European vocabularies, which catalogues understand.
const ENGLISH: &str = "http://publications.europa.eu/resource/authority/language/ENG";
const CONTINUOUS: &str = "http://publications.europa.eu/resource/authority/frequency/UPDATE_CONT";

pub(super) fn english() -> Value {
    typed(ENGLISH, "dct:LinguisticSystem")
}

pub(super) fn continuous() -> Value {
    typed(CONTINUOUS, "dct:Frequency")
}

/// The name of the node of a domain.
pub(super) fn domain(word: &str) -> String {
    format!("domain-{word}")
}

pub(super) fn nodes(names: &Names<'_>) -> Vec<Value> {
    let scheme = json!({
        "@id": names.node("domains"),
        "@type": "skos:ConceptScheme",
        "dct:title": in_english("Domains"),
    });
    let domains = DOMAINS.map(|(of, label)| {
        json!({
            "@id": names.node(&domain(of.word())),
            "@type": "skos:Concept",
            "skos:inScheme": names.link("domains"),
            "skos:prefLabel": in_english(label),
        })
    });
    let classifications = CLASSIFICATIONS.map(|(classification, label)| {
        json!({
            "@id": names.node(classification.word()),
            "@type": "dct:RightsStatement",
            "rdfs:label": in_english(label),
        })
    });
    let metrics = METRICS.map(|(name, definition, kind)| {
        json!({
            "@id": names.node(name),
            "@type": "dqv:Metric",
            "skos:definition": in_english(definition),
            "dqv:expectedDataType": {"@id": kind},
        })
    });
    std::iter::once(scheme).chain(domains).chain(classifications).chain(metrics).collect()
}

/// A measurement of a data set.
pub(super) fn measured(names: &Names<'_>, metric: &str, value: &str) -> Value {
    let kind = METRICS.iter().find(|(name, _, _)| *name == metric).map_or("xsd:string", |(_, _, kind)| kind);
    json!({
        "@type": "dqv:QualityMeasurement",
        "dqv:isMeasurementOf": names.link(metric),
        "dqv:value": {"@type": kind, "@value": value},
    })
}
