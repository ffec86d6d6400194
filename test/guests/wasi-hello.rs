//! Prints to both streams and exits with a code of its own.
use std::collections::BTreeMap;

fn main() {
    let mut parts = BTreeMap::new();
    parts.insert(1, "Hello");
    parts.insert(2, "from Rust");
    let text: Vec<&str> = parts.values().copied().collect();
    println!("{}!", text.join(" "));
    eprintln!("with code 5");
    std::process::exit(5);
}
