//! Images of others are named by variables that can hold a digest, and a release needs all of the digests.

use std::collections::BTreeMap;
use std::process::Command;

use crate::sources::{read, root};

/// Variables and the images that stand in for them where nobody chose.
fn images() -> BTreeMap<String, String> {
    let (compose, dockerfile) = (read(&root().join("compose.yaml")), read(&root().join("Dockerfile")));
    let in_compose =
        compose.split("${").skip(1).filter_map(|after| after.split_once('}')?.0.split_once(":-"));
    let in_dockerfile = dockerfile.lines().filter_map(|line| line.strip_prefix("ARG ")?.split_once('='));
    let all = in_compose.chain(in_dockerfile).filter(|(variable, _)| variable.ends_with("_IMAGE"));
    all.map(|(variable, image)| (variable.to_owned(), image.to_owned())).collect()
}

fn check(name: &str, lines: &[String]) -> bool {
    let file = std::env::temp_dir().join(format!("images-{name}-{}.env", std::process::id()));
    std::fs::write(&file, lines.join("\n") + "\n").expect("the temporary directory is writable");
    let output = Command::new(root().join("scripts/pin-images")).arg("check").arg(&file).output();
    std::fs::remove_file(&file).expect("it was just written");
    output.expect("the script runs").status.success()
}

#[test]
fn every_image_can_be_pinned_by_its_digest() {
    let known = images();
    assert!(known.len() >= 5, "{known:?}");
    let compose = read(&root().join("compose.yaml"));
    let ours = "${ROOKERY_IMAGE_PREFIX";
    let named = compose.lines().filter_map(|line| line.trim().strip_prefix("image: "));
    for image in named.filter(|image| !image.starts_with(ours)) {
        let variable = image.strip_prefix("${").and_then(|rest| rest.split_once(":-")).map(|(name, _)| name);
        assert!(
            variable.is_some_and(|name| known.contains_key(name)),
            "compose.yaml: {image} cannot be pinned"
        );
    }
    let dockerfile = read(&root().join("Dockerfile"));
    let stages: Vec<&str> =
        dockerfile.lines().filter_map(|line| line.split_once(" AS ").map(|(_, stage)| stage)).collect();
    for image in dockerfile.lines().filter_map(|line| line.strip_prefix("FROM ")) {
        let image = image.split(' ').next().unwrap_or_default();
        let is_variable = image.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        assert!(
            is_variable.is_some_and(|name| known.contains_key(name)) || stages.contains(&image),
            "Dockerfile: {image} cannot be pinned"
        );
    }
}

#[test]
fn the_pins_are_those_of_the_images_that_are_used() {
    let pins = read(&root().join("deploy/images.env"));
    let pinned: BTreeMap<String, String> = pins
        .lines()
        .filter_map(|line| line.split_once('=').filter(|_| !line.starts_with('#')))
        .map(|(variable, image)| (variable.to_owned(), image.split('@').next().unwrap_or(image).to_owned()))
        .collect();
    assert_eq!(pinned, images());
}

#[test]
fn a_release_without_all_digests_is_refused() {
    let digest = |digit: &str| format!("@sha256:{}", digit.repeat(64));
    let pinned: Vec<String> =
        images().iter().map(|(variable, image)| format!("{variable}={image}{}", digest("a"))).collect();
    assert!(check("all", &pinned), "{pinned:?}");
    assert!(!check("none", &[]));
    for (number, (variable, image)) in images().iter().enumerate() {
        let bad = [
            format!("{variable}={image}"),
            format!("{variable}={image}@sha256:abc"),
            format!("{variable}={image}{}", digest("z")),
            format!("{variable}=other:1{}", digest("a")),
        ];
        for (kind, bad) in bad.into_iter().enumerate() {
            let mut lines = pinned.clone();
            lines[number].clone_from(&bad);
            assert!(!check(&format!("{number}-{kind}"), &lines), "{bad}");
        }
    }
}
