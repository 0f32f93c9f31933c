//! Rules that hold across packages. They read sources and manifests and link nothing of ours, so they run in seconds.

mod alerts;
mod builds;
mod circles;
mod compose;
mod dependency_rules;
mod images;
mod links;
mod security;
mod sources;
mod words;
