// SPDX-License-Identifier: Apache-2.0
//! The Tantivy driver of bench/peers: see README.md there for the protocol.
//!
//! BM25's k1 and b are constants of Tantivy (1.2 and .75), so its ranking is not quite the others'.

mod index;
mod options;
mod search;

use options::Options;

/// The tokenizer of the text field: runs of letters and digits, in lower case, of any length.
pub const TOKENIZER: &str = "words";

pub fn analyzer() -> tantivy::tokenizer::TextAnalyzer {
    use tantivy::tokenizer::{LowerCaser, SimpleTokenizer, TextAnalyzer};
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(LowerCaser)
        .build()
}

/// User and system seconds of this process, all threads.
pub fn cpu_seconds() -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    now.tv_sec as f64 + 1e-9 * now.tv_nsec as f64
}

/// Peak resident bytes.
pub fn peak_rss() -> u64 {
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    1024 * usage.ru_maxrss as u64
}

/// "0.27.0, index_format v7": the crate's own words.
pub fn version() -> String {
    tantivy::version_string().trim_start_matches("tantivy v").to_string()
}

fn main() {
    let options = match Options::parse(std::env::args().skip(1).collect()) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("tantivy driver: {message}");
            std::process::exit(2);
        }
    };
    if options.reorder {
        eprintln!("not supported: --reorder");
        std::process::exit(3);
    }
    let done = if options.index { index::run(&options) } else { search::run(&options) };
    match done {
        Ok(line) => println!("{line}"),
        Err(error) => {
            eprintln!("tantivy driver: {error}");
            std::process::exit(2);
        }
    }
}
