//! Embeds the migrations again when one is added; the macro by itself only sees changes to files it knows.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
