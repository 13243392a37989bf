// SPDX-License-Identifier: Apache-2.0
//! The command line of a driver, as bench/peers/README.md describes it.

#[derive(Clone, Copy, PartialEq)]
pub enum Class {
    Or,
    And,
    Phrase,
    Term,
}

pub struct Options {
    pub index: bool,
    pub input: String, // index: the TSV; search: the queries
    pub directory: String,
    pub postings: String,
    pub store: bool,
    pub reorder: bool,
    pub threads: usize,
    pub memory: usize, // MB
    pub class: Class,
    pub count: bool,
    pub k: usize,
    pub rounds: usize,
    pub warm: usize,
    pub warm_seconds: f64,
    pub budget: f64,
    pub per_query: Option<String>,
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name}: '{value}' is no number"))
}

impl Options {
    pub fn parse(arguments: Vec<String>) -> Result<Options, String> {
        let command = arguments.first().map(String::as_str).unwrap_or("");
        let index = command == "index";
        if arguments.len() < 3 || (!index && command != "search") {
            return Err("index TSV DIR [options] | search DIR QUERIES [options]".into());
        }
        let mut options = Options {
            index,
            input: arguments[if index { 1 } else { 2 }].clone(),
            directory: arguments[if index { 2 } else { 1 }].clone(),
            postings: "positions".into(),
            store: false,
            reorder: false,
            threads: 1,
            memory: 2000,
            class: Class::Or,
            count: false,
            k: 10,
            rounds: 5,
            warm: 2,
            warm_seconds: 0.5,
            budget: 60.0,
            per_query: None,
        };
        let mut rest = arguments[3..].iter();
        while let Some(name) = rest.next() {
            match name.as_str() {
                "--store" => options.store = true,
                "--reorder" => options.reorder = true,
                _ => {
                    let value = rest.next().ok_or(format!("{name} needs a value, or is unknown"))?;
                    options.set(name, value)?;
                }
            }
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "--postings" => self.postings = value.into(),
            "--threads" => self.threads = number(name, value)?,
            "--memory" => self.memory = number(name, value)?,
            "--repeat" => {} // a second run is no faster here: there is no JIT to warm
            "--class" => self.set_class(value)?,
            "--k" => self.k = number(name, value)?,
            "--rounds" => self.rounds = number(name, value)?,
            "--warm" => self.warm = number(name, value)?,
            "--warm-seconds" => self.warm_seconds = number(name, value)?,
            "--budget" => self.budget = number(name, value)?,
            "--per-query" => self.per_query = Some(value.into()),
            _ => return Err(format!("unknown option {name}")),
        }
        Ok(())
    }

    fn set_class(&mut self, value: &str) -> Result<(), String> {
        self.count = value.starts_with("count");
        self.class = match value.trim_start_matches("count").trim_start_matches('-') {
            "or" | "" => Class::Or,
            "and" => Class::And,
            "phrase" => Class::Phrase,
            "term" => Class::Term,
            _ => return Err(format!("unknown class {value}")),
        };
        Ok(())
    }
}
