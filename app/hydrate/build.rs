//! Keeps the relocations in the module: by them the site's build takes the program apart into its parts.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-cdylib=--emit-relocs");
}
