//! Rules that hold across packages. They read sources and manifests and link nothing of ours, so they run in seconds.

mod builds;
mod circles;
mod dependency_rules;
mod links;
mod sources;
mod words;
