use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use service_kit::config::{Environment, Secret};
use service_kit::telemetry::{LogFormat, TelemetryConfig};

#[test]
fn values_are_read_and_defaults_fill_the_gaps() {
    let mut env = Environment::from_pairs([("ROOKERY_PORT", "8080"), ("ROOKERY_EMPTY", "")]);
    assert_eq!(env.required("ROOKERY_PORT"), Some(8080_u16));
    assert_eq!(env.or_default("ROOKERY_EMPTY", 3), Some(3));
    assert_eq!(env.optional::<u16>("ROOKERY_ABSENT"), Some(None));
    assert_eq!(env.optional("ROOKERY_PORT"), Some(Some(8080_u16)));
    assert!(!env.has_faults());
}

#[test]
fn every_fault_is_reported_at_once_and_no_value_is_shown() {
    let mut env = Environment::from_pairs([
        ("ROOKERY_PORT", "hunter2"),
        ("ROOKERY_BOTH", "hunter2"),
        ("ROOKERY_BOTH_FILE", "/nowhere"),
        ("ROOKERY_SECRET_FILE", "/no/such/file"),
        ("ROOKERY_PROT", "1"),
        ("HOME", "/root"),
    ]);
    assert_eq!(env.required::<u16>("ROOKERY_PORT"), None);
    assert_eq!(env.required::<String>("ROOKERY_URL"), None);
    assert_eq!(env.secret("ROOKERY_BOTH"), None);
    assert_eq!(env.secret("ROOKERY_SECRET"), None);
    assert_eq!(env.secret("ROOKERY_NONE"), None);
    let error = env.into_error();
    let names: Vec<&str> = error.faults().iter().map(|fault| fault.name.as_str()).collect();
    let expected = ["ROOKERY_PORT", "ROOKERY_URL", "ROOKERY_BOTH", "ROOKERY_SECRET_FILE", "ROOKERY_NONE"];
    assert_eq!(names, expected);
    let text = error.to_string();
    assert!(text.contains("ROOKERY_PORT is not acceptable; expected: a whole number"), "{text}");
    assert!(text.contains("ROOKERY_URL is missing; expected: text"), "{text}");
    assert!(text.contains("ROOKERY_PROT is set, but nothing reads it"), "{text}");
    assert!(!text.contains("hunter2") && !text.contains("HOME"), "{text}");
}

#[test]
fn a_value_that_is_no_text_is_a_fault() {
    let mut env = Environment::from_pairs([("ROOKERY_NAME", OsString::from_vec(vec![0xff]))]);
    assert_eq!(env.optional::<String>("ROOKERY_NAME"), None);
    assert!(env.has_faults());
}

#[test]
fn a_secret_may_come_from_a_file() {
    let directory = tempfile::tempdir().expect("there is room for a temporary directory");
    let path = directory.path().join("secret");
    std::fs::write(&path, "hunter2\n").expect("the directory is ours");
    let mut env = Environment::from_pairs([("ROOKERY_SECRET_FILE", path.as_os_str())]);
    assert_eq!(env.secret("ROOKERY_SECRET"), Some(Secret::new("hunter2")));
    assert_eq!(env.unknown_variables(), Vec::<String>::new());
}

#[test]
fn a_secret_cannot_be_printed() {
    let secret = Secret::new("hunter2");
    assert_eq!(secret.expose(), "hunter2");
    assert!(!format!("{secret} {secret:?} {:?}", Some(&secret)).contains("hunter2"));
}

#[test]
fn telemetry_is_configured_from_the_environment() {
    let mut env =
        Environment::from_pairs([("ROOKERY_LOG_FORMAT", "text"), ("ROOKERY_LOG", "info,http.access=warn")]);
    let config = TelemetryConfig::from_environment(&mut env).expect("both values are good");
    assert_eq!(
        config,
        TelemetryConfig { format: LogFormat::Text, filter: "info,http.access=warn".to_owned() }
    );
    let mut env = Environment::from_pairs([("ROOKERY_LOG", "=====")]);
    assert_eq!(TelemetryConfig::from_environment(&mut env), None);
}
